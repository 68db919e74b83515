import { cohenKappa, type Kappa } from "../../kernel/statistics/kappa.js";
import type { Interval } from "../../kernel/statistics/interval.js";
import { wilsonInterval } from "../../kernel/statistics/proportion.js";
import type { Trial, TrialLine } from "./try-judge.js";

/** A trial in figures. */
export interface TrialSummary {
  readonly rubric: string;
  readonly evaluator_version: string;
  readonly items: number;
  /** Left out beside them: what they show the judge, one of the items shows it. */
  readonly copies: number;
  readonly scored: number;
  readonly skipped: number;
  readonly failed: number;
  /** By reason, most frequent first. */
  readonly reasons: readonly { readonly reason: string; readonly count: number }[];
  readonly verdicts: readonly { readonly label: string; readonly count: number }[];
  /** Against the labels; null when no scored item has one. */
  readonly agreement:
    | (Interval & {
        readonly labelled: number;
        readonly agreed: number;
        readonly share: number;
        /** Null where it is not defined, such as when all items have one label. */
        readonly kappa: Kappa | null;
        /** Items by the expert's label (rows) and the judge's (columns), in the order of the scale. */
        readonly confusion: readonly (readonly number[])[];
        readonly labels: readonly string[];
      })
    | null;
  /** US dollars over the items whose cost is known. */
  readonly cost_usd: number;
  readonly unknown_costs: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly latency_p50_ms: number | null;
  readonly latency_p95_ms: number | null;
}

/** Sums a trial up. */
export function summarise({ rubric, version, lines, copies }: Trial): TrialSummary {
  const labels = rubric.scale.map(({ label }) => label);
  const scored = lines.filter(({ outcome }) => outcome === "scored");
  const asked = lines.filter(({ outcome }) => outcome !== "skipped");
  const latencies = scored.map(({ latency_ms: latency }) => latency).toSorted((a, b) => a - b);
  const verdicts = labels.map((label) => ({
    label,
    count: scored.filter((line) => line.label === label).length,
  }));
  return {
    rubric: rubric.name,
    evaluator_version: version,
    items: lines.length,
    copies,
    scored: scored.length,
    skipped: lines.length - asked.length,
    failed: asked.length - scored.length,
    reasons: reasonsOf(lines),
    verdicts,
    agreement: agreementOf(scored, labels),
    cost_usd: asked.reduce((sum, line) => sum + (line.cost_usd ?? 0), 0),
    unknown_costs: asked.filter((line) => line.cost_usd === null).length,
    input_tokens: asked.reduce((sum, line) => sum + line.input_tokens, 0),
    output_tokens: asked.reduce((sum, line) => sum + line.output_tokens, 0),
    latency_p50_ms: quantile(latencies, 0.5),
    latency_p95_ms: quantile(latencies, 0.95),
  };
}

function agreementOf(
  scored: readonly TrialLine[],
  labels: readonly string[],
): TrialSummary["agreement"] {
  const labelled = scored.filter(({ expected }) => expected !== null);
  const confusion = labels.map((expected) =>
    labels.map(
      (given) =>
        labelled.filter((line) => line.expected === expected && line.label === given).length,
    ),
  );
  const agreed = confusion.reduce((sum, row, index) => sum + (row[index] ?? 0), 0);
  const interval = wilsonInterval(agreed, labelled.length);
  if (interval === undefined) return null;
  const weights = labels.length > 2 ? "quadratic" : "none";
  return {
    labelled: labelled.length,
    agreed,
    share: agreed / labelled.length,
    ...interval,
    kappa: cohenKappa(confusion, weights) ?? null,
    confusion,
    labels,
  };
}

function reasonsOf(lines: readonly TrialLine[]): TrialSummary["reasons"] {
  const counts = new Map<string, number>();
  for (const { reason } of lines) {
    if (reason !== "") counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return [...counts]
    .map(([reason, count]) => ({ reason, count }))
    .toSorted((a, b) => b.count - a.count);
}

/** @param sorted ascending */
function quantile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null;
}
