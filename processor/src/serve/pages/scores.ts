import type { Evaluation, EvaluationOutcome } from "../../model/evaluation.js";
import { formatNumber } from "./format.js";
import { html, type Markup } from "./markup.js";

/** What there is to say of one evaluator's answer in a line. */
export type Score = Pick<Evaluation, "evaluator" | "outcome" | "score" | "label">;

const outcomeWords: Readonly<Record<EvaluationOutcome, string>> = {
  scored: "scored",
  sampled_out: "not sampled",
  over_budget: "over budget",
  skipped: "skipped",
  failed: "failed",
};

/** An outcome in words; outcomes of newer versions stand as they are. */
export function outcomeText(outcome: EvaluationOutcome): string {
  return outcomeWords[outcome] ?? outcome;
}

export type Tone = "good" | "fair" | "poor" | "failed" | "none";

/** How an answer is coloured. The words beside it say the same without colour. */
export function toneOf({ outcome, score }: Pick<Score, "outcome" | "score">): Tone {
  if (outcome === "failed") return "failed";
  if (outcome !== "scored" || score === null) return "none";
  if (score >= 0.7) return "good";
  return score >= 0.4 ? "fair" : "poor";
}

const weights: readonly Tone[] = ["failed", "poor", "fair", "good", "none"];

/** Orders answers so that what needs a look comes first. */
export function byWeight(a: Score, b: Score): number {
  const order = weights.indexOf(toneOf(a)) - weights.indexOf(toneOf(b));
  return order || (a.evaluator < b.evaluator ? -1 : 1);
}

/** An evaluator's name as people write it. */
export function evaluatorName(evaluator: string): string {
  return evaluator.replaceAll(/[_-]+/g, " ");
}

/** A score in two digits, and only where there is one: a failed judge never looks like a 0. */
export function scoreText(score: number): string {
  return score.toFixed(2);
}

/** A score as the filled part of a bar. */
export function scoreBar(score: number): Markup {
  return html`<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
    <rect class="track" width="100" height="4" />
    <rect class="value" width="${formatNumber(score * 100)}" height="4" />
  </svg>`;
}

/** Answers as a list of chips: scores and failures each, the rest summed up by outcome. */
export function scoreChips(scores: readonly Score[]): Markup {
  const shown = scores
    .filter(({ outcome }) => outcome === "scored" || outcome === "failed")
    .toSorted(byWeight);
  const rest = new Map<string, string[]>();
  for (const { evaluator, outcome } of scores) {
    if (outcome === "scored" || outcome === "failed") continue;
    const text = outcomeText(outcome);
    rest.set(text, [...(rest.get(text) ?? []), evaluatorName(evaluator)]);
  }
  if (scores.length === 0) return html`<span class="muted">none yet</span>`;
  return html`<ul class="chips">
    ${shown.map((score) => html`<li>${scoreChip(score)}</li>`)}
    ${[...rest].map(
      ([text, names]) =>
        html`<li>
          <span class="chip none">${names.join(", ")} <span>${text}</span></span>
        </li>`,
    )}
  </ul>`;
}

function scoreChip(score: Score): Markup {
  const name = evaluatorName(score.evaluator);
  const value = score.outcome === "scored" && score.score !== null ? scoreText(score.score) : "";
  const words = score.outcome === "scored" ? score.label : outcomeText(score.outcome);
  return html`<span class="chip ${toneOf(score)}"
    >${name} ${value === "" ? "" : html`<b>${value}</b>`} <span>${words}</span></span
  >`;
}
