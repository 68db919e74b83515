import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { evaluateConfig } from "#processor/evaluate/evaluate-config.js";
import { evaluatorFaults } from "#processor/evaluate/faults/evaluator-faults.js";
import type { Certificate } from "#processor/evaluate/evaluate.js";
import { CalibrantError } from "#processor/kernel/errors.js";
import type { Evaluation } from "#processor/model/evaluation.js";
import type { CascadeCertificate } from "#processor/model/ports.js";
import { certainVerdict } from "../../support/certain-answers.js";
import { evaluationBench, filled, queued } from "../../support/evaluation.js";
import { memoryLedger } from "../../support/memory-ledger.js";
import { runCommand, type CommandOutcome } from "../../support/run-command.js";
import { startScriptedModel, steps, type ScriptedModel } from "../../support/scripted-model.js";
import { until } from "../../support/until.js";

/** Sure of what it is asked about a book, and in doubt about the rest, of which it gets half wrong. */
let cheap: ScriptedModel;
/** Sure of everything but a riddle, and right. */
let strong: ScriptedModel;
let folder: string;
let certificate: string;
const bench = evaluationBench();
/** Certified once: 40 items about books, 40 about films. */
let certified: CommandOutcome;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "calibrant-cascade-"));
  certificate = join(folder, "certificate.json");
  let films = 0;
  cheap = await startScriptedModel((request, response) => {
    const text = request.body.messages.at(-1)?.content ?? "";
    const answer = text.includes("book")
      ? certainVerdict("relevant", "irrelevant", 0.98)
      : certainVerdict(films++ % 2 === 0 ? "relevant" : "irrelevant", "relevant", 0.6);
    return answer(request, response);
  });
  strong = await startScriptedModel((request, response) => {
    const text = request.body.messages.at(-1)?.content ?? "";
    const sure = text.includes("riddle") ? 0.55 : 0.95;
    return certainVerdict("relevant", "irrelevant", sure)(request, response);
  });
  certified = await certify({ models: modelConfigs() }, certificate);
});
afterEach(() => bench.end());
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await cheap.close();
  await strong.close();
});

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const modelConfigs = () => ({
  cheap: { base_url: cheap.url, retries: 0, price: { input: 1, output: 10 } },
  strong: { base_url: strong.url, retries: 0, price: { input: 10, output: 100 } },
});

function certify(evaluate: object, out: string, ...words: string[]) {
  const items = Array.from({ length: 80 }, (_, index) => labelledItem(index));
  const config = write("calibrant.yaml", JSON.stringify({ processors: { evaluate } }));
  // One expert labelled the first item again and again.
  const on = write(
    "labels.jsonl",
    [...items, ...Array.from({ length: 100 }, () => labelledItem(0))].join("\n"),
  );
  const place = ["--on", on, "--out", out, "--config", config];
  const models = ["--models", "cheap,strong"];
  return runCommand("judge", "certify", "relevance", ...models, ...place, ...words);
}

function labelledItem(index: number): string {
  return JSON.stringify({
    id: String(index),
    input_text: `What is ${index % 2 === 0 ? "book" : "film"} ${index >> 1} about?`,
    output_text: "It is about a whale and the man who hunts it.",
    label: "relevant",
  });
}

const relevance = (more: object = {}) => ({
  models: modelConfigs(),
  evaluators: {
    groundedness: { enabled: false },
    relevance: { cascade: { models: ["cheap", "strong"], certificate, ...more } },
  },
});

/** The line about a question, of a service with these settings. */
async function judged(input_text: string, config: object): Promise<Evaluation | undefined> {
  const ledger = memoryLedger(queued(1, () => ({ input_text })));
  bench.start(ledger, config);
  await filled(ledger, 4);
  return ledger.lines.find(({ evaluator }) => evaluator === "relevance");
}

describe("calibrant judge certify", () => {
  it("says from which confidence on each judge's verdicts stand, and what that saves", () => {
    expect(certified.notes).toBe("");
    expect(certified.code).toBe(0);
    expect(certified.output).toContain("relevance: at least 90% of the verdicts that stand agree");
    expect(certified.output).toContain("left out 100 copies of other items");
    // 80 cheap verdicts at $0.002 and 40 strong ones at $0.02, against 80 strong ones.
    expect(certified.output).toContain("saves 40% against asking strong alone");
    const written = JSON.parse(readFileSync(certificate, "utf8")) as Certificate;
    expect(written).toMatchObject({
      evaluator: "relevance",
      labels: 80,
      copies: 100,
      stages: [
        { model: "cheap", reached: 80, stood: 40, wrong: 0, cost_usd: expect.closeTo(0.002, 9) },
        { model: "strong", reached: 40, stood: 40, wrong: 0, cost_usd: expect.closeTo(0.02, 9) },
      ],
    });
    expect(written.stages.map(({ threshold }) => threshold)).toEqual([
      expect.closeTo(0.98, 9),
      expect.closeTo(0.95, 9),
    ]);
  });
});

describe("a cascade of models without log probabilities", { timeout: 60_000 }, () => {
  it.each<[string, object, string[], object, string]>([
    [
      "of its certification",
      {},
      ["--samples", "3"],
      { price: { input: 1, output: 10 } },
      "no item reached strong",
    ],
    [
      "of the evaluator",
      { evaluators: { relevance: { model: "cheap", samples: 3 } } },
      [],
      { model: "nobody-prices-it" },
      "cheap has no known cost",
    ],
  ])("stands on the samples %s", async (_whose, settings, words, more, saving) => {
    const plain = await bench.model(steps.verdict("relevant"));
    const model = { base_url: plain.url, retries: 0, ...more };
    const models = { cheap: model, strong: model };
    const out = join(folder, "samples.json");
    const { code, output } = await certify({ models, ...settings }, out, ...words);
    expect(code).toBe(0);
    expect(output).toContain(`saving unknown: ${saving}`);
    expect(JSON.parse(readFileSync(out, "utf8"))).toMatchObject({
      stages: [{ threshold: 1, reached: 80, stood: 80 }, { reached: 0 }],
    });
    const cascade = { models: ["cheap", "strong"], certificate: out };
    const evaluators = { groundedness: { enabled: false }, relevance: { cascade, samples: 3 } };
    expect(await judged("What is this book about?", { models, evaluators })).toMatchObject({
      stage: "cheap",
      confidence: 1,
    });
  });
});

describe("a cascade", () => {
  it("leaves it with the cheap judge where that is sure", async () => {
    expect(await judged("What is this book about?", relevance())).toMatchObject({
      outcome: "scored",
      stage: "cheap",
      cost_usd: expect.closeTo(0.002, 9) as number,
    });
  });

  it("asks the strong judge where the cheap one is not, and counts both", async () => {
    expect(await judged("What is this film about?", relevance())).toMatchObject({
      outcome: "scored",
      label: "relevant",
      stage: "strong",
      cost_usd: expect.closeTo(0.022, 9) as number,
      input_tokens: 2_000,
    });
  });

  it("leaves it to an expert where none is, if experts are there", async () => {
    const question = "What is the answer to this riddle?";
    expect(await judged(question, relevance())).toMatchObject({
      outcome: "scored",
      stage: "strong",
    });
    expect(await judged(question, relevance({ experts: true }))).toMatchObject({
      outcome: "skipped",
      reason: expect.stringMatching(/^waits for an expert: .*relevant \(0\.55\)$/) as string,
      stage: "expert",
      cost_usd: expect.closeTo(0.022, 9) as number,
    });
  });

  it("goes on with the next judge when one fails", async () => {
    const broken = await bench.model(steps.says("nothing"));
    const config = relevance();
    const cheapModel = { ...config.models.cheap, base_url: broken.url };
    const models = { ...config.models, cheap: cheapModel };
    expect(await judged("What is this book about?", { ...config, models })).toMatchObject({
      outcome: "scored",
      stage: "strong",
    });
  });

  it("trusts no judge that has changed since it was certified", async () => {
    const config = relevance();
    const models = { ...config.models, cheap: { ...config.models.cheap, temperature: 0.7 } };
    expect(await judged("What is this book about?", { ...config, models })).toMatchObject({
      stage: "strong",
    });
  });
});

describe("the certificate of a cascade", () => {
  it("is handed to the store with what has changed since, which may be away at first", async () => {
    const config = relevance();
    const models = { ...config.models, cheap: { ...config.models.cheap, temperature: 0.7 } };
    const defined: (readonly CascadeCertificate[])[] = [];
    let away = true;
    const define = async (cascades: readonly CascadeCertificate[]): Promise<void> => {
      if (away) {
        away = false;
        throw new CalibrantError("STORE_UNAVAILABLE", "away", { retryable: true });
      }
      defined.push(cascades);
    };
    const ledger = memoryLedger(queued(1));
    bench.start(ledger, { ...config, models }, { certificates: { define } });
    await until("the certificate", () => defined.length === 1);
    await filled(ledger, 4);
    const line = ledger.lines.find(({ evaluator }) => evaluator === "relevance");
    expect(defined).toMatchObject([
      [
        {
          evaluator: "relevance",
          evaluator_version: line?.evaluator_version,
          alpha: 0.1,
          delta: 0.1,
          labels: 80,
          stages: [
            { model: "cheap", reached: 80, stood: 40, wrong: 0, changed: true },
            { model: "strong", reached: 40, stood: 40, wrong: 0, changed: false },
          ],
        },
      ],
    ]);
  });
});

describe("the settings of a cascade", () => {
  it("are refused with every fault", () => {
    const broken = write("broken.json", '{"alpha": 2}');
    const config = {
      models: modelConfigs(),
      evaluators: {
        relevance: {
          model: "cheap",
          cascade: { models: ["cheap", "huge"], certificate: join(folder, "none.json") },
        },
        groundedness: { cascade: { models: ["cheap", "strong"], certificate: broken } },
        refusal: { cascade: { models: ["cheap", "strong"], certificate } },
      },
    };
    const faults = evaluatorFaults(evaluateConfig.parse(config)).map(
      ({ path, message }) => `${path.replace("processors.evaluate.evaluators.", "")} ${message}`,
    );
    expect(faults).toEqual(
      expect.arrayContaining([
        "relevance.model a cascade names its models itself",
        'relevance.cascade.models.1 there is no model "huge" under models',
        expect.stringMatching(/relevance\.cascade\.certificate .*make it with "calibrant judge/),
        expect.stringMatching(/groundedness\.cascade\.certificate .*alpha: /),
        "refusal.cascade a check has none; it belongs to a judge",
      ]),
    );
  });
});
