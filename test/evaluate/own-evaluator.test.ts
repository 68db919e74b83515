import { createRequire } from "node:module";
import { readFile, writeFile } from "node:fs/promises";
import { join, dirname } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { OwnEvaluator } from "#processor/evaluate/modules/own-evaluator.js";
import { systemClock, type Clock } from "#processor/kernel/clock.js";
import { createLogger } from "#processor/kernel/logger.js";
import type { Evaluation } from "#processor/model/evaluation.js";
import { assignmentOf } from "../support/assignments.js";
import { evaluationBench, filled, queued, tally } from "../support/evaluation.js";
import { memoryLedger, type MemoryLedger } from "../support/memory-ledger.js";
import { evaluateBody, ownModule } from "../support/own-module.js";
import { pendingInteraction } from "../support/pending-interaction.js";
import { until } from "../support/until.js";

const bench = evaluationBench();
afterEach(() => bench.end());

/** The standard evaluators are out of the way. */
const others = Object.fromEntries(
  ["empty-answer", "refusal", "repetition", "relevance", "groundedness"].map((name) => [
    name,
    { enabled: false },
  ]),
);

const linesOf = (ledger: MemoryLedger, name = "mine"): Evaluation[] =>
  ledger.lines
    .filter(({ evaluator }) => evaluator === name)
    .toSorted((left, right) => (left.trace_id < right.trace_id ? -1 : 1));

const outcomes = (ledger: MemoryLedger): string[] =>
  linesOf(ledger).map(({ outcome, label, reason }) => `${outcome} ${label}${reason}`.trim());

const failed = (reason: string): unknown =>
  expect.stringContaining(`failed EVALUATOR_FAILED: TypeError: ${reason}`);

/** Ledger lines of one module for interactions that have `input_text` "0", "1", … */
async function judged(count: number, module: string, settings: object = {}): Promise<MemoryLedger> {
  const ledger = memoryLedger(queued(count, (index) => ({ input_text: `${index}` })));
  bench.start(ledger, { evaluators: { ...others, mine: { module, timeout: "60s", ...settings } } });
  await filled(ledger, count);
  expect(tally(ledger.lines)).toEqual({ lines: count, pairs: count });
  return ledger;
}

describe("an evaluator of one's own", () => {
  it("gives scores, labels, explanations and reasons to skip", async () => {
    const file = await ownModule([
      "mine.mjs",
      evaluateBody(`
    if (interaction.input_text === "0") return { skipped: "a zero" };
    if (interaction.input_text === "1") return { score: 1 };
    return { score: options.score, label: "poor", explanation: interaction.output_text };`),
    ]);
    const ledger = await judged(3, file, { options: { score: 0.25 } });
    expect(outcomes(ledger)).toEqual(["skipped a zero", "scored", "scored poor"]);
    expect(linesOf(ledger)[2]).toMatchObject({
      kind: "code",
      score: 0.25,
      explanation: expect.stringMatching(/^Worn shoes/),
      confidence: null,
      cost_usd: 0,
      evaluator_version: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
  });

  it("is not asked about what has nothing to judge, unless it decides itself", async () => {
    const ledger = memoryLedger(queued(1, () => ({ status: "error" })));
    const plain = await ownModule(["plain.mjs", evaluateBody("return { score: 1 };")]);
    const deciding = await ownModule([
      "deciding.cjs",
      `module.exports = {
        evaluate: () => ({ score: 0 }),
        applies: (interaction, { status }) => interaction.status === status,
      };`,
    ]);
    bench.start(ledger, {
      evaluators: {
        ...others,
        plain: { module: plain, timeout: "60s" },
        failed: { module: deciding, timeout: "60s", options: { status: "error" } },
        fine: { module: deciding, timeout: "60s", options: { status: "ok" } },
      },
    });
    await filled(ledger, 3);
    const found = ledger.lines.map(({ evaluator, outcome, reason }) => [
      evaluator,
      outcome,
      reason,
    ]);
    expect(Object.fromEntries(found.map(([name, ...rest]) => [name, rest]))).toEqual({
      plain: ["skipped", "interaction failed"],
      failed: ["scored", ""],
      fine: ["skipped", "does not apply"],
    });
  });

  it("fails with the message and the line of what it throws, and goes on", async () => {
    const file = await ownModule([
      "mine.mjs",
      evaluateBody(`if (interaction.input_text === "0") null.x;\n    return { score: 1 };`),
    ]);
    expect(outcomes(await judged(2, file))).toEqual([
      "failed EVALUATOR_FAILED: TypeError: Cannot read properties of null (reading 'x') (mine.mjs:3)",
      "scored",
    ]);
  });

  it("fails when its result is not one", async () => {
    const results = [
      "null",
      '"good"',
      "{}",
      "{ score: 7 }",
      "{ score: NaN }",
      '{ score: "1" }',
      "{ score: 1, label: 5 }",
      '{ score: 1, label: "a\\nb" }',
      "{ score: 1, explanation: [] }",
      "{ skipped: true }",
      "{ score: 1, more: () => 1 }",
    ];
    const file = await ownModule([
      "mine.mjs",
      evaluateBody(`return [${results.join(", ")}][Number(interaction.input_text)];`),
    ]);
    const label = "not one line of at most 64 characters";
    expect(outcomes(await judged(results.length, file))).toEqual([
      failed("evaluate gave null, not { score } or { skipped }"),
      failed('evaluate gave "good", not { score } or { skipped }'),
      failed("score is undefined, not a number from 0 to 1"),
      failed("score is 7, not a number from 0 to 1"),
      failed("score is NaN, not a number from 0 to 1"),
      failed('score is "1", not a number from 0 to 1'),
      failed(`label is 5, ${label}`),
      failed(`label is "a\\nb", ${label}`),
      failed("explanation is an array, no text"),
      failed("skipped is true, no text"),
      "scored",
    ]);
  });

  it("has one call ended that hangs, and the others answered", async () => {
    const file = await ownModule([
      "mine.mjs",
      evaluateBody(`
    if (interaction.input_text === "1") for (;;);
    if (interaction.input_text === "2") return await new Promise(() => {});
    return { score: 1 };`),
    ]);
    expect(outcomes(await judged(5, file, { timeout: "1500ms" }))).toEqual([
      "scored",
      "failed EVALUATOR_FAILED: no answer within 1500 ms",
      "failed EVALUATOR_FAILED: no answer within 1500 ms",
      "scored",
      "scored",
    ]);
  });

  it("delays no other evaluator while it hangs", async () => {
    const hanging = await ownModule(["hanging.mjs", evaluateBody("for (;;);")]);
    const quick = await ownModule(["quick.mjs", evaluateBody("return { score: 1 };")]);
    const ledger = memoryLedger(queued(20));
    const worker = bench.start(ledger, {
      evaluators: {
        ...others,
        refusal: {},
        quick: { module: quick, timeout: "60s" },
        hanging: { module: hanging, timeout: "10m" },
      },
    });
    await filled(ledger, 40);
    expect(linesOf(ledger, "quick")).toHaveLength(20);
    expect(linesOf(ledger, "hanging")).toHaveLength(0);
    await worker.stop();
  });

  it("is started again when its thread ends, each time later", async () => {
    const file = await ownModule([
      "mine.mjs",
      evaluateBody(`
    if (interaction.input_text === "0") process.exit(3);
    if (interaction.input_text === "1") setTimeout(() => { throw new Error("late") });
    if (interaction.input_text === "1") return await new Promise(() => {});
    if (interaction.input_text === "2") for (const all = []; ; ) all.push(new Array(1e5).fill(all));
    return { score: 1 };`),
    ]);
    expect(outcomes(await judged(4, file, { memory: "16MiB" }))).toEqual([
      "failed EVALUATOR_FAILED: the module ended its thread with code 3",
      "failed EVALUATOR_FAILED: late",
      expect.stringContaining("memory limit"),
      "scored",
    ]);
  });

  it("waits longer and longer for a thread that ends again and again, until it answers", async () => {
    const file = await ownModule([
      "mine.mjs",
      evaluateBody(`
    if (interaction.input_text === "end") process.exit(1);
    return { score: 1 };`),
    ]);
    const delays: number[] = [];
    const limits = new Set([10_000, 60_000]);
    const clock: Clock = {
      now: () => systemClock.now(),
      sleep: async (milliseconds, signal) => {
        if (limits.has(milliseconds)) return await systemClock.sleep(milliseconds, signal);
        delays.push(milliseconds);
      },
    };
    const settings = { mine: { module: file, timeout: 60_000 } };
    const more = { clock, random: () => 1 };
    const { evaluator } = assignmentOf("mine", { evaluators: settings }, more);
    bench.cleanUp(async () => await evaluator.close?.());
    const { signal } = new AbortController();
    const outcomesOf = [];
    for (const input_text of ["end", "end", "end", "end", "go on", "end", "end", "go on"]) {
      const { outcome } = await evaluator.evaluate(pendingInteraction({ input_text }), signal);
      outcomesOf.push(outcome);
    }
    expect(outcomesOf.join(" ")).toBe("failed failed failed failed scored failed failed scored");
    expect(delays).toEqual([200, 400, 800, 200]);
  });

  it("answers for several interactions at once in several threads", async () => {
    const file = await ownModule([
      "mine.mjs",
      evaluateBody(`
    if (interaction.input_text === "0") return await new Promise(() => {});
    return { score: 1 };`),
    ]);
    const ledger = memoryLedger(queued(2, (index) => ({ input_text: `${index}` })));
    const mine = { module: file, threads: 2, timeout: "10m" };
    bench.start(ledger, { evaluators: { ...others, mine } });
    await filled(ledger, 1);
    expect(outcomes(ledger)).toEqual(["scored"]);
  });

  it("sees no environment variable, and prints into the log", async () => {
    const file = await ownModule([
      "mine.mjs",
      evaluateBody(`
    console.log("printed by the module");
    const seen = [...Object.keys(process.env), ...process.argv.slice(2), ...process.execArgv];
    return { score: 1, label: String(seen.length) };`),
    ]);
    const heard: unknown[] = [];
    const logger = Object.assign(createLogger("silent"), {
      debug: (fields: unknown) => void heard.push(fields),
    });
    const ledger = memoryLedger(queued(1));
    bench.start(ledger, { evaluators: { ...others, mine: { module: file } } }, { logger });
    await filled(ledger, 1);
    expect(outcomes(ledger)).toEqual(["scored 0"]);
    await until("the output", () => JSON.stringify(heard).includes("printed by the module"));
  });

  it("has a version of its code, of what that imports, and of its options", async () => {
    const file = await ownModule(
      ["mine.mjs", `import { score } from "./part.mjs";\n${evaluateBody("return { score };")}`],
      ["part.mjs", "export const score = 1;"],
      ["unrelated.mjs", ""],
    );
    const version = (settings: object = {}): string =>
      assignmentOf("mine", { evaluators: { mine: { module: file, ...settings } } }).evaluator
        .version;
    const first = version();
    expect(version({ timeout: "2s", when: { status: "ok" } })).toBe(first);
    expect(version({ options: { strict: true } })).not.toBe(first);
    await writeFile(join(dirname(file), "unrelated.mjs"), "// changed");
    expect(version()).toBe(first);
    await writeFile(join(dirname(file), "part.mjs"), "export const score = 0.5;");
    expect(version()).not.toBe(first);
  });
});

describe("the types for users", () => {
  it("are an entry of the package", async () => {
    const entry = createRequire(import.meta.url).resolve("@calibrant/processor/evaluator");
    const types = await readFile(entry.replace(/\.js$/, ".d.ts"), "utf8");
    expect(types).toContain("export interface OwnEvaluator");
  });

  it("take an evaluator with options of its own", () => {
    const typed: OwnEvaluator<{ readonly most: number }> = {
      evaluate: ({ output_text: text }, { most }) =>
        text === "" ? { skipped: "empty" } : { score: text.length <= most ? 1 : 0, label: "short" },
    };
    const judge = typed.evaluate.bind(typed);
    expect(judge(pendingInteraction({ output_text: "" }), { most: 5 })).toEqual({
      skipped: "empty",
    });
  });
});
