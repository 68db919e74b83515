import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEvaluationLedger } from "#processor/store/evaluation-ledger.js";
import { storeTime } from "#processor/store/client.js";
import { pendingInteraction } from "../support/pending-interaction.js";
import { startTestStore, type TestStore } from "../support/store.js";
import { storedInteraction } from "../support/stored-interaction.js";

let store: TestStore;

beforeAll(async () => {
  store = await startTestStore();
});
afterAll(() => store.stop());

const idOf = (index: number): string =>
  pendingInteraction({ trace_id: index.toString(16).padStart(32, "0") }).interaction_id;

interface Use {
  readonly name: string;
  readonly input?: string;
  readonly after?: number;
  readonly revision?: number;
  readonly kind?: string;
}

async function storeUses(index: number, uses: readonly Use[]): Promise<void> {
  const begun = Date.now() - 60_000;
  const rows = uses.map(({ name, input = "{}", after = 0, revision = 1, kind = "tool" }) => ({
    interaction_id: idOf(index),
    trace_id: index.toString(16).padStart(32, "0"),
    // A tool without a span of its own has that of the call that asked for it.
    span_id: "00f067aa0ba902b7",
    kind,
    name,
    service_name: "tools",
    started_at: storeTime(begun + after),
    duration_ms: name === "broken" ? 12.5 : 0,
    status: name === "broken" ? "error" : "ok",
    error_type: name === "broken" ? "TimeoutError" : "",
    input_text: input,
    output_text: `result of ${name}`,
    revision,
  }));
  await store.client.insert("calibrant.model_calls", rows);
}

async function usesOf(): Promise<ReadonlyMap<string, readonly unknown[]>> {
  const ledger = createEvaluationLedger(store.client);
  const { pending } = await ledger.pending(["any"], 0, 100);
  return new Map(
    pending.map(({ interaction }) => [interaction.interaction_id, interaction.tool_uses]),
  );
}

describe("tool uses of pending interactions", () => {
  it("are those of the newest revision in the order of their start, bounded", async () => {
    const definitions = '[{"name":"find_order"}]';
    await store.client.insert("calibrant.interactions", [
      storedInteraction(1, { tool_calls: 2, tool_definitions: definitions }),
      storedInteraction(2, { tool_calls: 60 }),
      storedInteraction(3, { tool_calls: 0 }),
    ]);
    await storeUses(1, [
      { name: "broken", after: 20, revision: 2 },
      { name: "find_order", input: '{"id":"Ä\\\\"}', after: 10, revision: 2 },
      { name: "an older reading", revision: 1 },
      { name: "chat", kind: "generation", revision: 2 },
    ]);
    await storeUses(
      2,
      Array.from({ length: 60 }, (_, after) => ({
        name: `tool ${after}`,
        after,
        input: "x".repeat(after === 0 ? 20_000 : 10),
      })),
    );

    const uses = await usesOf();
    expect(uses.get(idOf(1))).toEqual([
      {
        name: "find_order",
        arguments: '{"id":"Ä\\\\"}',
        result: "result of find_order",
        status: "ok",
        error_type: "",
        duration_ms: 0,
      },
      {
        name: "broken",
        arguments: "{}",
        result: "result of broken",
        status: "error",
        error_type: "TimeoutError",
        duration_ms: 12.5,
      },
    ]);
    expect(uses.get(idOf(2))).toHaveLength(50);
    expect(uses.get(idOf(2))?.[0]).toMatchObject({ arguments: `${"x".repeat(10_000)}…` });
    expect(uses.get(idOf(3))).toEqual([]);
  });

  it("come with the definitions", async () => {
    const { pending } = await createEvaluationLedger(store.client).pending(["any"], 0, 1);
    expect(pending[0]?.interaction.tool_definitions).toBe('[{"name":"find_order"}]');
  });
});
