import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { Evaluation } from "#processor/model/evaluation.js";
import type { CascadeCertificate } from "#processor/model/ports.js";
import { createCascadeCertificates } from "#processor/store/cascade-certificates.js";
import { sampleInteractions } from "../support/sample-interactions.js";
import { startTestStore, type TestStore } from "../support/store.js";
import { insertSamples } from "../support/store-samples.js";

const day = 86_400_000;
/** Lately, since the store forgets what is old. */
const noon = Math.floor(Date.now() / day) * day - 2.5 * day;
const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
const [line] = sampleInteractions(noon).evaluations as [Evaluation];
const own = { evaluator: "relevance", evaluator_version: "v1" };
let store: TestStore;

beforeAll(async () => {
  store = await startTestStore();
});
beforeEach(async () => {
  for (const table of ["evaluations", "cascade_certificates"]) {
    await store.client.command(`TRUNCATE TABLE calibrant.${table}`);
  }
});
afterAll(() => store.stop());

const stage = { threshold: 0.9, reached: 80, stood: 40, wrong: 1, changed: false };

const certificate: CascadeCertificate = {
  ...own,
  certified_at: noon - day,
  alpha: 0.1,
  delta: 0.05,
  labels: 80,
  stages: [
    { ...stage, model: "cheap", cost_usd: 0.002 },
    { ...stage, model: "strong", cost_usd: 0.02, reached: 40 },
  ],
};

function lines(count: number, changes: Partial<Evaluation>): Evaluation[] {
  return Array.from({ length: count }, (_, index) => ({
    ...line,
    ...own,
    interaction_id: `${changes.stage}-${changes.outcome}-${index}`,
    kind: "llm",
    outcome: "scored",
    reason: "",
    score: 1,
    input_tokens: 1_000,
    evaluated_at: noon,
    ...changes,
  }));
}

const unscored = { score: null, label: "", reason: "because" };

const receipts = () =>
  store.client.query<Record<string, unknown>>(
    "SELECT * FROM calibrant.v_cascade_receipts ORDER BY day",
    {},
  );

const define = (...certificates: CascadeCertificate[]) =>
  createCascadeCertificates(store.client).define(certificates);

const close = (value: number): number => expect.closeTo(value, 9) as number;

it("says what each stage did, what it cost, and what it saves against the last model alone", async () => {
  await define(certificate);
  await insertSamples(store.client, {
    evaluations: [
      ...lines(6, { stage: "cheap", cost_usd: 0.002 }),
      // The same material as before: no model was asked, and the strong one would not have been either.
      ...lines(1, { stage: "cheap", cost_usd: 0, input_tokens: 0, interaction_id: "cached" }),
      ...lines(2, { stage: "strong", cost_usd: 0.022, input_tokens: 2_000 }),
      ...lines(1, { ...unscored, stage: "expert", outcome: "skipped", cost_usd: 0.022 }),
      ...lines(1, { ...unscored, stage: "", outcome: "skipped", input_tokens: 0, cost_usd: null }),
      ...lines(1, { stage: "first", kind: "canary", cost_usd: 1 }),
      ...lines(1, { stage: "cheap", cost_usd: 0.002, evaluated_at: noon + day }),
    ],
  });
  const [first, second, ...more] = await receipts();
  expect(more).toEqual([]);
  expect(first).toMatchObject({
    day: dayOf(noon),
    ...own,
    certified_at: `${dayOf(noon - day)} 12:00:00.000`,
    alpha: 0.1,
    delta: 0.05,
    labels: "80",
    verdicts: "10",
    stages: [
      { model: "cheap", threshold: 0.9, changed: false, verdicts: "7", share: 0.7 },
      { model: "strong", threshold: 0.9, changed: false, verdicts: "2", share: 0.2 },
    ],
    changed: [],
    waiting: "1",
    failed: "0",
    unknown_cost: "0",
    spent_usd: close(0.078),
    alone_usd: close(0.18),
    saved_usd: close(0.102),
    saved_share: close(0.102 / 0.18),
  });
  expect(second).toMatchObject({ day: dayOf(noon + day), verdicts: "1" });
});

it("names the stages that have changed since, and takes the newest certificate", async () => {
  const [cheap, strong] = certificate.stages as [CascadeCertificate["stages"][0], object];
  await define({ ...certificate, alpha: 0.2 });
  await define({
    ...certificate,
    stages: [{ ...cheap, changed: true }, strong] as CascadeCertificate["stages"],
  });
  await insertSamples(store.client, { evaluations: lines(1, { stage: "strong", cost_usd: 0.02 }) });
  expect(await receipts()).toMatchObject([{ alpha: 0.1, changed: ["cheap"] }]);
});

it("does not say what was saved where a cost is not known, or there is no certificate", async () => {
  await insertSamples(store.client, { evaluations: lines(2, { stage: "cheap", cost_usd: null }) });
  expect(await receipts()).toEqual([]);
  await define(certificate);
  expect(await receipts()).toMatchObject([
    { unknown_cost: "2", saved_usd: null, saved_share: null, alone_usd: close(0.04) },
  ]);
});
