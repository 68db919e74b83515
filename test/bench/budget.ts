import { budgetedDay, type BudgetedDay } from "../support/budgeted-day.js";

/** Many simulated days. */
export interface BudgetRun {
  readonly days: number;
  readonly interactions: number;
  readonly verdicts: number;
  /** Least, mean and largest spending, in parts of the budget. */
  readonly spent: readonly [least: number, mean: number, most: number];
  /** Days whose spending is within 3% of the budget. */
  readonly withinTolerance: number;
  readonly hoursWithoutCoverage: number;
  readonly overBudget: number;
  /** Part of the days whose 95% interval held the truth. */
  readonly covered: number;
  readonly meanError: number;
  readonly meanNaiveError: number;
  readonly meanStandardError: number;
  readonly seconds: number;
}

/** Every tenth day is the first one of a service, without any history. */
const withoutHistory = 10;
/** Days by which nothing was chosen or set: those of the tests begin at 1. */
const firstSeed = 10_001;

export async function measureBudget(days: number): Promise<BudgetRun> {
  const begun = performance.now();
  const found: BudgetedDay[] = [];
  for (let seed = firstSeed; seed < firstSeed + days; seed++) {
    found.push(await budgetedDay({ seed, weeks: seed % withoutHistory === 0 ? 0 : 3 }));
  }
  const mean = (of: (day: BudgetedDay) => number): number =>
    found.reduce((sum, day) => sum + of(day), 0) / days;
  const spent = found.map((day) => day.spent);
  return {
    days,
    interactions: mean((day) => day.interactions),
    verdicts: mean((day) => day.verdicts),
    spent: [Math.min(...spent), mean((day) => day.spent), Math.max(...spent)],
    withinTolerance: found.filter((day) => Math.abs(day.spent - 1) <= 0.03).length,
    hoursWithoutCoverage: days * mean((day) => day.emptyHours),
    overBudget: days * mean((day) => day.overBudget),
    covered: mean((day) => (day.covered ? 1 : 0)),
    meanError: mean((day) => day.estimate - day.truth),
    meanNaiveError: mean((day) => day.naive - day.truth),
    meanStandardError: mean((day) => day.standardError),
    seconds: (performance.now() - begun) / 1_000,
  };
}
