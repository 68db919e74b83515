import { describe, expect, it } from "vitest";
import { budgetedDay, type BudgetedDay } from "../support/budgeted-day.js";

const days = 8;
/** Every fourth day is the first one of a service. */
const withoutHistory = 4;

describe("a day with ten times the traffic in an hour that nobody foresaw", () => {
  it("spends its budget, leaves no hour out, and is estimated with honest intervals", async () => {
    const found: BudgetedDay[] = [];
    for (let seed = 1; seed <= days; seed++) {
      const weeks = seed % withoutHistory === 0 ? 0 : 3;
      found.push(await budgetedDay({ seed, weeks, traffic: 12_000, budget: 3 }));
    }
    for (const { spent } of found) expect(Math.abs(spent - 1)).toBeLessThan(0.03);
    expect(found.filter(({ emptyHours }) => emptyHours > 0)).toEqual([]);
    expect(found.filter(({ covered }) => covered).length).toBeGreaterThanOrEqual(6);
    const plain = found.filter(
      ({ naive, truth, standardError }) => Math.abs(naive - truth) < 1.96 * standardError,
    );
    expect(plain.length).toBeLessThan(days / 2);
  }, 120_000);
});
