import { describe, expect, it } from "vitest";
import { compareReleases, worsened } from "#processor/demo/comparison.js";
import { liveBlock } from "#processor/demo/live-block.js";
import { renderProgress, renderProgressLine } from "#processor/demo/progress.js";
import { renderSummary, summarise } from "#processor/demo/summary.js";
import type { DemoStats, FeatureQuality, ScoreSummary } from "#processor/model/demo.js";

function score(evaluator: string, mean: number): ScoreSummary {
  return { evaluator, mean, count: 100, effectiveCount: 100 };
}

function quality(release: string, feature: string, grounded: number): FeatureQuality {
  return {
    release,
    feature,
    interactions: 120,
    errors: 3,
    cost_usd: 0.0123,
    thumbs: 40,
    thumbsUp: Math.round(40 * grounded),
    scores: [score("groundedness", grounded), score("relevance", 0.9)],
  };
}

const qualities = [
  quality("1.4.0", "product_search", 0.93),
  quality("1.4.0", "returns", 0.95),
  quality("1.5.0", "product_search", 0.9),
  quality("1.5.0", "returns", 0.4),
];

const stats: DemoStats = {
  spans: 1234,
  interactions: 480,
  errors: 12,
  feedback: 90,
  feedbackJoined: 88,
  evaluators: [
    {
      evaluator: "groundedness",
      scored: 400,
      skipped: 70,
      failed: 10,
      sampledOut: 0,
      overBudget: 0,
      meanScore: 0.81,
    },
  ],
  cost_usd: 0.05,
  judge_cost_usd: null,
  scoreLag: 1_234,
};

describe("the summary", () => {
  it("names what got worse with its difference and interval, and nothing else", () => {
    const summary = summarise(stats, qualities);
    expect(summary.worse.map(({ feature, measure }) => [feature, measure])).toEqual([
      ["returns", "groundedness"],
      ["returns", "thumbs up"],
    ]);
    expect(summary.conclusion).toMatch(
      /^From 1\.4\.0 to 1\.5\.0, returns got worse: groundedness 0\.95 to 0\.40 \(-0\.55 \[-\.\d\d, -\.\d\d\]\); thumbs up/,
    );
    expect(summary.conclusion).not.toContain("product_search");
  });

  it("shows a row for each release and feature with intervals", () => {
    const text = renderSummary(summarise(stats, qualities));
    const rows = text.split("\n").filter((line) => line.includes("returns"));
    expect(rows[0]).toMatch(
      /returns +│ 1\.4\.0 +│ 120 +│ 0\.90 \[\.83, \.94\] +│ 0\.95 \[\.89, \.98\]/,
    );
    expect(rows[1]).toMatch(/returns +│ 1\.5\.0 .*0\.40 \[\.31, \.50\]/);
    for (const line of text.split("\n").slice(0, -1)) expect(line.length).toBeLessThanOrEqual(120);
    expect(text).toContain("0.03 [.01, .07]");
    expect(text).toContain("$0.0123");
  });

  it("survives JSON", () => {
    const summary = summarise(stats, qualities);
    expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
  });

  it("says that there is nothing to compare", () => {
    expect(summarise(stats, []).conclusion).toContain("only one release");
    expect(summarise(stats, qualities.slice(0, 2)).conclusion).toContain("only one release");
    const bare = qualities.map((row) => ({ ...row, thumbs: 0, thumbsUp: 0, scores: [] }));
    expect(summarise(stats, bare).conclusion).toContain("no scores in common");
    expect(renderSummary(summarise(stats, bare))).toContain("│ -");
  });

  it("says that nothing got worse", () => {
    const same = [quality("1.4.0", "returns", 0.9), quality("1.5.0", "returns", 0.9)];
    expect(summarise(stats, same).conclusion).toContain("Nothing got worse");
  });

  it("widens the intervals for the number of comparisons", () => {
    const [alone] = compareReleases([
      { ...quality("1", "a", 0.9), scores: [], thumbs: 100, thumbsUp: 90 },
      { ...quality("2", "a", 0.9), scores: [], thumbs: 100, thumbsUp: 80 },
    ]);
    const many = compareReleases(qualities);
    // Newcombe's interval for 80/100 against 90/100 at 95%.
    expect(alone?.difference.lower).toBeCloseTo(-0.1996, 3);
    expect(alone?.difference.upper).toBeCloseTo(-0.0004, 3);
    expect(many).toHaveLength(6);
    expect(worsened(many).every(({ difference }) => difference.upper < 0)).toBe(true);
  });
});

describe("the progress", () => {
  const progress = { stats, elapsed: 65_000, duration: 120_000, phase: "release 1.4.0" };

  it("shows every figure in a block", () => {
    const text = renderProgress(progress).join("\n");
    for (const part of [
      "01:05 of 02:00  release 1.4.0",
      "1,234 spans · 480 interactions (12 failed)",
      "90 events · 88 joined",
      "400 scored · 70 skipped · 10 failed",
      "groundedness 0.81",
      "answers $0.0500 · judges unknown",
      "1.2 s",
    ]) {
      expect(text).toContain(part);
    }
  });

  it("fits on one line elsewhere", () => {
    const line = renderProgressLine({ ...progress, duration: undefined });
    expect(line).not.toContain("\n");
    expect(line).toMatch(/^01:05 release 1\.4\.0 \| 1,234 spans/);
  });

  it("is written over itself, and cut to the width of the terminal", () => {
    let screen = "";
    const block = liveBlock({ write: (text) => (screen += text), columns: 30 });
    block.show(["first", "x".repeat(100)]);
    expect(screen).toBe(`first\n${"x".repeat(29)}\n`);
    block.show(["second"]);
    expect(screen.endsWith("\u001B[2A\u001B[0Jsecond\n")).toBe(true);
    block.clear();
    block.clear();
    expect(screen.endsWith("\u001B[1A\u001B[0J")).toBe(true);
  });
});
