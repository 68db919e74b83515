import { afterAll, beforeAll, expect, it } from "vitest";
import { createEvaluationLedger } from "#processor/store/evaluation-ledger.js";
import { ledgerLine } from "../support/ledger-line.js";
import { startTestStore, type TestStore } from "../support/store.js";
import { storedInteraction } from "../support/stored-interaction.js";

let store: TestStore;
beforeAll(async () => {
  store = await startTestStore();
  await store.client.insert("calibrant.interactions", [
    storedInteraction(1),
    storedInteraction(2, { session_id: "" }),
  ]);
  const judged = { evaluator: "relevance", kind: "llm", model: "small" } as const;
  await createEvaluationLedger(store.client).append([
    ledgerLine(1, { ...judged, panel: true, confidence: 0.75 }),
    ledgerLine(2, { ...judged, subject: "conversation" }),
    ledgerLine(1, { ...judged, kind: "canary", stage: "first" }),
  ]);
});
afterAll(() => store.stop());

it.each(["v_evaluations", "v_ledger"])(
  "tells in %s the panel, the subject, the model and the confidence, and leaves canaries to their own view",
  async (view) => {
    const rows = await store.client.query(
      `SELECT panel, subject, model, confidence FROM calibrant.${view}
       WHERE kind != 'canary' ORDER BY subject`,
    );
    expect(rows).toEqual([
      { panel: false, subject: "conversation", model: "small", confidence: null },
      { panel: true, subject: "interaction", model: "small", confidence: 0.75 },
    ]);
    if (view === "v_ledger") return;
    const kinds = await store.client.query(`SELECT DISTINCT kind FROM calibrant.${view}`);
    expect(kinds).toEqual([{ kind: "llm" }]);
  },
);

it("names the conversation of a line: the session, or the trace without one", async () => {
  const rows = await store.client.query<Record<"conversation" | "trace_id", string>>(
    `SELECT conversation, trace_id FROM calibrant.v_ledger
     WHERE kind != 'canary' ORDER BY conversation DESC`,
  );
  expect(rows.map(({ conversation }) => conversation)).toEqual(["s1", rows[1]?.trace_id]);
});
