import type { DemoStats, EvaluatorTally } from "../model/demo.js";
import { count, dollars, minutes, seconds } from "./figures.js";

export interface Progress {
  readonly stats: DemoStats;
  /** Milliseconds since the start. */
  readonly elapsed: number;
  /** Milliseconds that the demo is to run; undefined when it runs until it is stopped. */
  readonly duration: number | undefined;
  /** What is under way, such as `release 1.4.0`. */
  readonly phase: string;
}

/** The block that is refreshed in place on a terminal. */
export function renderProgress(progress: Progress): readonly string[] {
  const { stats } = progress;
  return [
    `${clockText(progress)}  ${progress.phase}`,
    `  received      ${count(stats.spans)} spans · ${count(stats.interactions)} interactions (${count(stats.errors)} failed)`,
    `  feedback      ${count(stats.feedback)} events · ${count(stats.feedbackJoined)} joined to their interaction`,
    `  evaluations   ${outcomes(stats.evaluators)}`,
    `  mean scores   ${means(stats.evaluators)}`,
    `  cost          answers ${dollars(stats.cost_usd)} · judges ${dollars(stats.judge_cost_usd)}`,
    `  lag           ${seconds(stats.scoreLag)} from the end of a turn to its score`,
  ];
}

/** The same on one line, for output that is not a terminal. */
export function renderProgressLine(progress: Progress): string {
  const { stats } = progress;
  return [
    `${clockText(progress)} ${progress.phase}`,
    `${count(stats.spans)} spans`,
    `${count(stats.interactions)} interactions`,
    outcomes(stats.evaluators),
    means(stats.evaluators),
    `${count(stats.feedback)} feedback`,
    `judges ${dollars(stats.judge_cost_usd)}`,
    `lag ${seconds(stats.scoreLag)}`,
  ].join(" | ");
}

function clockText({ elapsed, duration }: Progress): string {
  return duration === undefined ? minutes(elapsed) : `${minutes(elapsed)} of ${minutes(duration)}`;
}

function outcomes(evaluators: readonly EvaluatorTally[]): string {
  const sum = (of: (tally: EvaluatorTally) => number): number =>
    evaluators.reduce((total, tally) => total + of(tally), 0);
  const parts: readonly (readonly [string, number])[] = [
    ["scored", sum(({ scored }) => scored)],
    ["skipped", sum(({ skipped }) => skipped)],
    ["sampled out", sum(({ sampledOut }) => sampledOut)],
    ["over budget", sum(({ overBudget }) => overBudget)],
    ["failed", sum(({ failed }) => failed)],
  ];
  return parts
    .filter(([name, value]) => value > 0 || name === "scored" || name === "failed")
    .map(([name, value]) => `${count(value)} ${name}`)
    .join(" · ");
}

function means(evaluators: readonly EvaluatorTally[]): string {
  const known = evaluators.flatMap(({ evaluator, meanScore }) =>
    meanScore === null ? [] : [`${evaluator} ${meanScore.toFixed(2)}`],
  );
  return known.length === 0 ? "none yet" : known.join(" · ");
}
