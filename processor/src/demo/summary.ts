import Table from "cli-table3";
import type { DemoStats, FeatureQuality } from "../model/demo.js";
import { compareReleases, measures, worsened, type Comparison } from "./comparison.js";
import { bounds, count, dollars, share } from "./figures.js";

/** What the demo found, as `--json` prints it. */
export interface DemoSummary {
  readonly stats: DemoStats;
  readonly quality: readonly FeatureQuality[];
  readonly comparisons: readonly Comparison[];
  /** Of the comparisons, those that got worse beyond chance. */
  readonly worse: readonly Comparison[];
  readonly conclusion: string;
}

export function summarise(stats: DemoStats, quality: readonly FeatureQuality[]): DemoSummary {
  const comparisons = compareReleases(quality);
  const worse = worsened(comparisons);
  return { stats, quality, comparisons, worse, conclusion: conclude(quality, comparisons, worse) };
}

/** The table of quality by feature and release, and the sentence on what got worse. */
export function renderSummary({ stats, quality, conclusion }: DemoSummary): string {
  const table = new Table({
    head: [
      "Feature",
      "Release",
      "Turns",
      ...measures.map(({ name }) => name.charAt(0).toUpperCase() + name.slice(1)),
      "Error rate",
      "Cost",
    ],
    style: { head: [], border: [], compact: true },
  });
  for (const row of quality.toSorted(byFeature)) {
    table.push([
      row.feature,
      row.release,
      count(row.interactions),
      ...measures.map((measure) => share(measure.of(row))),
      share({ successes: row.errors, trials: row.interactions }),
      dollars(row.cost_usd),
    ]);
  }
  return [
    "Quality by feature and release: mean and 95% interval",
    "",
    table.toString(),
    "",
    `Judges cost ${dollars(stats.judge_cost_usd)}. Scores are those of a simulated judge, uncorrected: no human has labelled anything.`,
    "",
    conclusion,
  ].join("\n");
}

/** The releases of a feature stand below each other. */
function byFeature(a: FeatureQuality, b: FeatureQuality): number {
  return a.feature.localeCompare(b.feature) || a.release.localeCompare(b.release);
}

function conclude(
  quality: readonly FeatureQuality[],
  comparisons: readonly Comparison[],
  worse: readonly Comparison[],
): string {
  const releases = [...new Set(quality.map(({ release }) => release))].toSorted();
  const [older, newer] = [releases[0], releases.at(-1)];
  if (older === undefined || newer === undefined || older === newer) {
    return "There is only one release: nothing to compare.";
  }
  if (comparisons.length === 0) {
    return `Releases ${older} and ${newer} have no scores in common yet: nothing to compare.`;
  }
  const caution = `Intervals of ${comparisons.length} comparisons, 95% for all together.`;
  if (worse.length === 0) {
    return `Nothing got worse from ${older} to ${newer} beyond chance. ${caution}`;
  }
  const features = [...new Set(worse.map(({ feature }) => feature))];
  const found = features.map((feature) => {
    const losses = worse.filter((loss) => loss.feature === feature).map(lossText);
    return `${feature} got worse: ${losses.join("; ")}`;
  });
  return `From ${older} to ${newer}, ${found.join(". In addition, ")}. ${caution}`;
}

function lossText({ measure, before, after, difference }: Comparison): string {
  const change = difference.estimate.toFixed(2);
  return `${measure} ${before.toFixed(2)} to ${after.toFixed(2)} (${change} ${bounds(difference)})`;
}
