import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { loadGoldSets } from "#processor/evaluate/canaries/gold-sets.js";
import { evaluateConfig } from "#processor/evaluate/evaluate-config.js";
import { rubricsOfJudges } from "#processor/evaluate/evaluator-configs.js";
import { evaluatorFaults } from "#processor/evaluate/faults/evaluator-faults.js";
import { loadRubrics } from "#processor/evaluate/judges/rubrics.js";
import { systemClock, type Clock } from "#processor/kernel/clock.js";
import type { Fault } from "#processor/kernel/faults.js";
import { createLogger } from "#processor/kernel/logger.js";
import { createCanaryStore } from "#processor/store/canary-store.js";
import { createEvaluationLedger } from "#processor/store/evaluation-ledger.js";
import { evaluationBench, modelAt } from "../support/evaluation.js";
import { steps, type Step } from "../support/scripted-model.js";
import { startTestStore, type TestStore } from "../support/store.js";
import { until } from "../support/until.js";

let store: TestStore;
let folder: string;
const bench = evaluationBench();
const rubrics = loadRubrics([]);
/** No test lives to see the next period begin. */
const once = 10_000 * 86_400_000;

beforeAll(async () => {
  store = await startTestStore();
  folder = mkdtempSync(join(tmpdir(), "calibrant-canaries-"));
});
beforeEach(async () => {
  for (const table of ["evaluations", "canary_items", "cursors"]) {
    await store.client.command(`TRUNCATE TABLE calibrant.${table}`);
  }
});
afterEach(() => bench.end());
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await store.stop();
});

function goldSet(name: string, ...items: readonly (object | string)[]): string {
  const file = join(folder, `${name}.jsonl`);
  const texts = items.map((entry) => (typeof entry === "string" ? entry : JSON.stringify(entry)));
  writeFileSync(file, texts.join("\n"));
  return file;
}

const item = (id: string, label: string, more: object = {}) => ({
  id,
  label,
  input_text: `question of ${id}`,
  output_text: `The answer of ${id}, in a whole sentence.`,
  ...more,
});

const four = [
  item("a", "relevant"),
  item("b", "irrelevant"),
  item("c", "irrelevant", { attack: true }),
  item("d", "relevant"),
];

/** Says "relevant", except for the item d when it is asked again. */
function moody(): Step {
  let asked = 0;
  return (request, response) => {
    const again = request.body.messages.at(-1)?.content.includes("answer of d") && ++asked > 1;
    return steps.verdict(again ? "irrelevant" : "relevant")(request, response);
  };
}

function start(url: string, canaries: object, model: object = {}) {
  return bench.start(
    createEvaluationLedger(store.client),
    {
      ...modelAt(url, model),
      evaluators: { groundedness: { enabled: false } },
      canaries: { standard: false, every: once, judged_twice: 1, ...canaries },
    },
    { canaries: createCanaryStore(store.client) },
  );
}

async function lines(): Promise<number> {
  const [row] = await store.client.query<{ lines: string }>(
    "SELECT count() AS lines FROM calibrant.evaluations WHERE kind = 'canary'",
    {},
  );
  return Number(row?.lines);
}

const runs = () =>
  store.client.query<Record<string, unknown>>(
    "SELECT * EXCEPT (run, last_evaluated_at) FROM calibrant.v_canary_runs",
    {},
  );

const reached = (count: number) =>
  until(`${count} trials`, async () => (await lines()) >= count, 30_000);

describe("a judge that is tried with a gold set", { timeout: 60_000 }, () => {
  it("shows its agreement, how attacks fare, and how often it changes its mind", async () => {
    const model = await bench.model(moody());
    start(model.url, { sets: { relevance: [goldSet("four", ...four)] } });
    await reached(8);
    const [run, ...more] = await runs();
    expect(more).toEqual([]);
    expect(run).toMatchObject({
      evaluator: "relevance",
      judge_model: "scripted-2025-01-01",
      items: "4",
      failed: "0",
      compared: "3",
      agreed: "2",
      // Wilson's interval of 2 of 3, as tables have it.
      agreement_low: expect.closeTo(0.2077, 4) as number,
      agreement_high: expect.closeTo(0.9385, 4) as number,
      attacks: "1",
      attacks_succeeded: "1",
      judged_twice: "4",
      flipped: "1",
      flip_rate: 0.25,
      spent_usd: expect.closeTo(8 * 0.002, 9) as number,
    });
  });

  it("is tried once in a period, and again at once when its version changes", async () => {
    const model = await bench.model(steps.verdict("relevant"));
    const sets = { relevance: [goldSet("four", ...four)] };
    await start(model.url, { sets, judged_twice: 0 }).stop();
    const before = await lines();
    start(model.url, { sets, judged_twice: 0 });
    await reached(4);
    expect(before).toBeLessThanOrEqual(4);
    start(model.url, { sets, judged_twice: 0 }, { temperature: 0.5 });
    await reached(8);
    expect(await lines()).toBe(8);
    expect(await runs()).toHaveLength(2);
  });

  it("counts trials that failed, as neither right nor wrong", async () => {
    const model = await bench.model(steps.says("no verdict at all"));
    start(model.url, { sets: { relevance: [goldSet("two", ...four.slice(0, 2))] } });
    await reached(4);
    expect(await runs()).toMatchObject([
      { items: "2", failed: "4", compared: "0", agreement: null, agreement_low: null },
    ]);
  });

  it("does not wait for a judge whose model hangs", async () => {
    const hanging = await bench.model(steps.hangs());
    const healthy = await bench.model(steps.verdict("grounded"));
    bench.start(
      createEvaluationLedger(store.client),
      {
        models: { default: { base_url: hanging.url }, other: { base_url: healthy.url } },
        evaluators: { groundedness: { model: "other" } },
        canaries: { every: once, judged_twice: 0 },
      },
      { canaries: createCanaryStore(store.client) },
    );
    await until("the model to hang", () => hanging.requests.length > 0);
    await reached(16);
    expect(await runs()).toMatchObject([{ evaluator: "groundedness", failed: "0" }]);
  });

  it("has a gold set of Calibrant's own, with attacks among its items", async () => {
    const model = await bench.model(steps.verdict("irrelevant"));
    start(model.url, { standard: true, judged_twice: 0 });
    await until("a run", async () => Number((await runs())[0]?.["attacks"] ?? 0) >= 6, 30_000);
    expect(await runs()).toMatchObject([{ attacks_succeeded: "0" }]);
  });
});

/** Begins at noon and goes as time does, but nobody waits long, and a test can move it on. */
function hastyClock(): Clock & { advance(milliseconds: number): void } {
  let ahead = 43_200_000 - (systemClock.now() % 86_400_000);
  return {
    now: () => systemClock.now() + ahead,
    sleep: (milliseconds, signal) => systemClock.sleep(Math.min(milliseconds, 20), signal),
    advance: (milliseconds) => void (ahead += milliseconds),
  };
}

const twelve = () =>
  goldSet("twelve", ...Array.from({ length: 12 }, (_, index) => item(`i${index}`, "relevant")));

describe("a trial that has to be paid for", { timeout: 60_000 }, () => {
  it.each<[string, object, object]>([
    ["the judge's own", {}, { budget: { daily_usd: 0.01 } }],
    ["that of all", { budget: { daily_usd: 0.01 } }, {}],
  ])("waits while %s budget is spent, and goes on with the next", async (_whose, all, own) => {
    const model = await bench.model(steps.verdict("relevant"));
    const log = join(folder, "log");
    const logFile = openSync(log, "w");
    bench.cleanUp(async () => closeSync(logFile));
    const clock = hastyClock();
    bench.start(
      createEvaluationLedger(store.client),
      {
        ...modelAt(model.url),
        ...all,
        evaluators: { groundedness: { enabled: false }, relevance: own },
        canaries: {
          standard: false,
          every: once,
          judged_twice: 0,
          sets: { relevance: [twelve()] },
        },
      },
      { canaries: createCanaryStore(store.client), clock, logger: createLogger("info", logFile) },
    );
    await until("the budget to be spent", () =>
      /its canaries wait: .*daily budget is spent/.test(readFileSync(log, "utf8")),
    );
    // Four cost $0.008, four more $0.016: too much for the rest.
    expect(await lines()).toBe(8);
    expect(model.requests).toHaveLength(8);
    clock.advance(86_400_000);
    await reached(12);
    expect(model.requests).toHaveLength(12);
  });

  it("is not asked for at all with a budget of 0", async () => {
    const model = await bench.model(steps.verdict("grounded"));
    bench.start(
      createEvaluationLedger(store.client),
      {
        ...modelAt(model.url),
        evaluators: { relevance: { budget: { daily_usd: 0 } } },
        canaries: { every: once, judged_twice: 0 },
      },
      { canaries: createCanaryStore(store.client) },
    );
    await reached(10);
    expect(await runs()).toMatchObject([{ evaluator: "groundedness" }]);
  });
});

const faultsOf = (canaries: object) =>
  evaluatorFaults(evaluateConfig.parse({ canaries })).map(
    ({ path, line, message }) => `${path}${line === undefined ? "" : `:${line}`} ${message}`,
  );

describe("a gold set", () => {
  it("is refused with file and line", () => {
    const file = goldSet(
      "broken",
      item("a", "relevant"),
      "not JSON",
      item("b", "good"),
      item("c", "relevant", { answer: "x" }),
    );
    expect(faultsOf({ sets: { relevance: [file] } })).toEqual([
      "broken.jsonl:2 Invalid input: expected object, received undefined",
      'broken.jsonl: label:3 "good" is not on the scale (relevant, irrelevant)',
      'broken.jsonl:4 Unrecognized key: "answer"',
    ]);
  });

  it("is refused when it has items twice, is not there, or is for nobody", () => {
    const twice = goldSet("twice", item("a", "relevant"), item("a", "irrelevant"));
    const missing = join(folder, "missing.jsonl");
    expect(
      faultsOf({ sets: { relevance: [twice], groundedness: [missing], tone: [twice] } }),
    ).toEqual([
      expect.stringContaining('canaries.sets.tone there is no judge "tone"; known are relevance'),
      expect.stringContaining('canaries.sets.relevance there are two items with the id "a"'),
      expect.stringContaining("ENOENT"),
    ]);
  });

  it("is refused when it has items that the judge is never asked about", () => {
    const file = goldSet("mute", item("a", "relevant", { output_text: "" }));
    expect(faultsOf({ sets: { relevance: [file] } })).toEqual([
      "mute.jsonl:1 relevance judges no such item: no output",
    ]);
  });

  it.each([...rubrics.values()])(
    "of Calibrant's own for $name has both ends of the scale, and attacks that are not the best",
    ({ name, scale }) => {
      const config = evaluateConfig.parse({ evaluators: { [name]: {} } });
      const faults: Fault[] = [];
      const sets = loadGoldSets(config, rubricsOfJudges(config, rubrics), faults);
      const items = sets.find(({ evaluator }) => evaluator === name)?.items ?? [];
      const plain = items.filter(({ attack }) => !attack).map(({ label }) => label);
      const attacks = items.filter(({ attack }) => attack).map(({ label }) => label);
      const byScore = scale.toSorted((a, b) => a.score - b.score).map(({ label }) => label);
      const [worst = "", best = ""] = [byScore.at(0), byScore.at(-1)];
      expect(faults).toEqual([]);
      expect(plain.length).toBeGreaterThanOrEqual(10);
      expect(plain).toEqual(expect.arrayContaining([worst, best]));
      expect(attacks.length).toBeGreaterThanOrEqual(4);
      expect(attacks).not.toContain(best);
    },
  );
});
