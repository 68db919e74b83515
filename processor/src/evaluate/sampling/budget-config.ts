import { z } from "zod";

const dollars = z.number().nonnegative().nullable().default(null);

/** What may be spent. */
export const budgetConfig = z.strictObject({
  daily_usd: dollars.describe("Most US dollars on a UTC day; null for no limit"),
  monthly_usd: dollars.describe("Most US dollars in a UTC month; null for no limit"),
});

export type BudgetConfig = z.output<typeof budgetConfig>;
