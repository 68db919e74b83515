import { array, assert, double, property, record } from "fast-check";
import { describe, expect, it } from "vitest";
import { createBudget, type Purse } from "#processor/evaluate/sampling/budget.js";
import { conversationSampler } from "#processor/evaluate/sampling/conversation-sampler.js";
import { fillUp } from "#processor/evaluate/sampling/fill-up.js";
import { trafficProfile } from "#processor/evaluate/sampling/traffic-profile.js";
import type { PendingInteraction } from "#processor/model/ports.js";
import { heldClock } from "../support/held-clock.js";
import { ledgerLine } from "../support/ledger-line.js";
import { memoryLedger } from "../support/memory-ledger.js";
import { pendingInteraction } from "../support/pending-interaction.js";

const hour = 3_600_000;
const midnight = Date.UTC(2026, 10, 24);
const none = { daily_usd: null, monthly_usd: null };

/** Judges who pay from the same budget, at noon, each with its own limits. */
async function judges(daily: number | null, own: Readonly<Record<string, number | null>>) {
  const clock = heldClock(midnight + 12 * hour);
  const budget = createBudget({
    ledger: memoryLedger(),
    clock,
    limits: { ...none, daily_usd: daily },
    panelShare: 0.3,
  });
  const names = Object.keys(own);
  const purses = names.map((name) =>
    budget.purse(name, 1, { ...none, daily_usd: own[name] ?? null }),
  );
  await budget.open();
  const samplerOf = (purse: Purse) => conversationSampler({ salt: "s", purse, open: budget.open });
  return { clock, samplers: purses.map(samplerOf) };
}

const turn = (index: number, changes: Partial<PendingInteraction> = {}): PendingInteraction =>
  pendingInteraction({ interaction_id: `i${index}`, session_id: `s${index}`, ...changes });

describe("the draw", () => {
  it("takes the whole panel, and more of what looks bad", async () => {
    const { clock, samplers } = await judges(2, { relevance: null });
    const [sampler] = samplers;
    const seen = { panel: 0, calm: 0, risky: 0 };
    const count = 6_000;
    for (let index = 0; index < count; index++) {
      clock.advance((6 * hour) / count);
      const risky = index % 4 === 0;
      const draw = sampler?.draw(turn(index, { is_correction: risky }));
      if (draw?.drawn !== true) continue;
      draw.settle(0.002);
      if (index < count / 2) continue;
      if (draw.panel) seen.panel++;
      if (risky) seen.risky++;
      else seen.calm++;
    }
    const drawn = seen.calm + seen.risky;
    expect(seen.panel / drawn).toBeGreaterThan(0.2);
    expect(seen.panel / drawn).toBeLessThan(0.4);
    expect((seen.risky * 3) / seen.calm).toBeGreaterThan(1.3);
  });

  it("shares the money of all, and leaves to the others what one may not take", async () => {
    const { clock, samplers } = await judges(2, { small: 0.1, large: null });
    const spent = [0, 0];
    for (let index = 0; index < 4_000; index++) {
      clock.advance((12 * hour) / 4_001);
      for (const [place, sampler] of samplers.entries()) {
        const draw = sampler.draw(turn(index));
        if (!draw.drawn) continue;
        draw.settle(0.002);
        spent[place] = (spent[place] ?? 0) + 0.002;
      }
    }
    expect(spent[0]).toBeGreaterThan(0.09);
    expect(spent[0]).toBeLessThan(0.103);
    expect(spent[1]).toBeGreaterThan(1.8);
    expect((spent[0] ?? 0) + (spent[1] ?? 0)).toBeLessThan(2.06);
  });

  it("stops at 103% and says which budget is spent", async () => {
    const { samplers } = await judges(5, { relevance: 0.001 });
    const [sampler] = samplers;
    const first = sampler?.draw(turn(1));
    expect(first?.drawn).toBe(true);
    if (first?.drawn === true) first.settle(0.002);
    expect(sampler?.draw(turn(2))).toMatchObject({
      outcome: "over_budget",
      reason: "the evaluator's daily budget is spent",
    });
  });
});

describe("the budget of replicas", () => {
  it("is spent once, although none sees for half a minute what the others do", async () => {
    const clock = heldClock(midnight + 23 * hour);
    const ledger = memoryLedger();
    const replicas = [0, 1, 2].map(() =>
      createBudget({
        ledger,
        clock,
        limits: { ...none, daily_usd: 1 },
        panelShare: 0.3,
        replicas: 3,
      }),
    );
    const samplers = replicas.map((budget) => {
      const purse = budget.purse("relevance", 1, none);
      return conversationSampler({ salt: "s", purse, open: budget.open });
    });
    let spent = 0;
    const count = 3_000;
    for (let index = 0; index < count; index++) {
      clock.advance(hour / (count + 1));
      const place = index % replicas.length;
      await samplers[place]?.open();
      const draw = samplers[place]?.draw(turn(index));
      const cost = draw?.drawn === true ? 0.002 : null;
      if (draw?.drawn === true) draw.settle(cost);
      spent += cost ?? 0;
      const line = ledgerLine(index, {
        evaluator: "relevance",
        kind: "llm",
        interaction_id: `i${index}`,
        evaluated_at: clock.now(),
        outcome: cost === null ? "sampled_out" : "scored",
        cost_usd: cost,
      });
      await ledger.append([line]);
      replicas[place]?.written([line]);
    }
    expect(spent).toBeGreaterThan(0.9);
    expect(spent).toBeLessThan(1.03);
  });

  it("is not spent by each before the ledger tells of the others", async () => {
    const clock = heldClock(midnight + 12 * hour);
    const limits = { ...none, daily_usd: 6 };
    const drawnBy = async (replicas: number): Promise<number> => {
      const budget = createBudget({
        ledger: memoryLedger(),
        clock,
        limits,
        panelShare: 0.3,
        replicas,
      });
      const purse = budget.purse("relevance", 1, none);
      const sampler = conversationSampler({ salt: "s", purse, open: budget.open });
      await sampler.open();
      let drawn = 0;
      for (let index = 0; index < 9_000; index += replicas) {
        const draw = sampler.draw(turn(index));
        if (!draw.drawn) continue;
        drawn++;
        draw.settle(0.002);
      }
      return drawn;
    };
    const alone = await drawnBy(1);
    const one = await drawnBy(3);
    expect(3 * one).toBeLessThan(alone * 1.2);
    expect(3 * one).toBeGreaterThan(alone * 0.4);
  });
});

describe("filling up", () => {
  it("takes the whole amount, unless there is enough for all", () => {
    const claim = record({
      demand: double({ min: 0.01, max: 100, noNaN: true }),
      weight: double({ min: 0.1, max: 10, noNaN: true }),
      cap: double({ min: 0.01, max: 1, noNaN: true }),
    });
    assert(
      property(
        array(claim, { minLength: 1 }),
        double({ min: 0, max: 2, noNaN: true }),
        (claims, part) => {
          const most = claims.reduce((sum, { demand, cap }) => sum + demand * cap, 0);
          const level = fillUp(claims, part * most);
          const taken = claims.reduce(
            (sum, { demand, weight, cap }) => sum + demand * Math.min(cap, level * weight),
            0,
          );
          expect(taken / most).toBeCloseTo(Math.min(1, part), 6);
        },
      ),
    );
  });
});

describe("the usual traffic", () => {
  const first = midnight - 21 * 24 * hour;
  const counts = new Map<number, number>();
  for (let at = first; at < midnight; at += hour) {
    const weekend = [0, 6].includes(new Date(at).getUTCDay());
    counts.set(at, (weekend ? 10 : 100) * (new Date(at).getUTCHours() < 8 ? 1 : 3));
  }

  it("knows the hours of a week, and forgets a single peak", () => {
    const peaked = new Map(counts).set(midnight - 14 * 24 * hour + 10 * hour, 3_000);
    const usual = trafficProfile(peaked, first, midnight);
    const tuesday = usual?.(midnight + 10 * hour) ?? 0;
    expect(tuesday).toBeGreaterThan(200);
    expect(tuesday).toBeLessThan(330);
    const saturday = usual?.(midnight + 4 * 24 * hour + 10 * hour) ?? 0;
    expect(saturday).toBeLessThan(tuesday / 2);
  });

  it("is not known with less than a day", () => {
    expect(trafficProfile(counts, midnight - 23 * hour, midnight)).toBeUndefined();
  });
});
