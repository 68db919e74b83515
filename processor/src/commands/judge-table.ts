import Table from "cli-table3";
import type { TrialSummary } from "../evaluate/evaluate.js";

/** A trial for people. */
export function renderTrial(summary: TrialSummary): string {
  const { items, copies, scored, skipped, failed } = summary;
  return [
    `${summary.rubric}, version ${summary.evaluator_version}`,
    `${items} items: ${scored} scored, ${skipped} skipped, ${failed} failed`,
    ...(copies === 0 ? [] : [copiesText(copies)]),
    ...summary.reasons.slice(0, 10).map(({ reason, count }) => `  ${count} x ${reason}`),
    ...summary.verdicts.map(({ label, count }) => `  ${label}: ${count}`),
    agreementText(summary),
    costText(summary),
  ]
    .filter((text) => text !== "")
    .join("\n");
}

/** What became of items that show the judge the same. */
export function copiesText(copies: number): string {
  return copies === 1
    ? "left out 1 copy of another item"
    : `left out ${copies} copies of other items`;
}

function agreementText({ agreement, scored }: TrialSummary): string {
  if (scored === 0) return "";
  if (agreement === null) return "no labels to compare with";
  const { labelled, agreed, share, low, high, kappa, confusion, labels } = agreement;
  const table = new Table({
    head: ["expert \\ judge", ...labels],
    style: { head: [], border: [] },
  });
  confusion.forEach((row, index) => table.push([labels[index] ?? "", ...row.map(String)]));
  const chance =
    kappa === null
      ? "kappa is not defined: all items have one label"
      : `kappa ${digits(kappa.kappa)} (${digits(kappa.low)} to ${digits(kappa.high)})`;
  return [
    `agreement with ${labelled} labels: ${percent(share)} (${agreed}; 95% interval ${percent(low)} to ${percent(high)}), ${chance}`,
    table.toString(),
  ].join("\n");
}

function costText(summary: TrialSummary): string {
  const { cost_usd: cost, unknown_costs: unknown, scored, failed } = summary;
  const asked = scored + failed;
  if (asked === 0) return "";
  const known = asked - unknown;
  const money =
    known === 0
      ? "cost unknown: the model has no price"
      : `$${cost.toFixed(4)} (${(cost / known).toPrecision(2)} an item${unknown > 0 ? `; ${unknown} of unknown cost` : ""})`;
  const { latency_p50_ms: half, latency_p95_ms: most } = summary;
  const time =
    half === null || most === null
      ? ""
      : `; latency ${Math.round(half)} ms (median), ${Math.round(most)} ms (95%)`;
  return `${money}; ${summary.input_tokens} input and ${summary.output_tokens} output tokens${time}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

function digits(value: number): string {
  return value.toFixed(2);
}
