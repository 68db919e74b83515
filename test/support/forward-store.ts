import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { forwardBench, type ForwardBench } from "./forward-bench.js";
import { startTestStore, type TestStore } from "./store.js";
import { storedEvaluation } from "./stored-evaluation.js";
import type { SinkItem } from "./verdict-sink.js";

/** One store for the tests of a file, emptied before each, and what forwards from it. */
export interface ForwardStore {
  readonly store: () => TestStore;
  readonly bench: ForwardBench;
  /** Puts lines into the ledger. */
  readonly evaluate: (...lines: readonly object[]) => Promise<void>;
}

export function forwardStore(): ForwardStore {
  let started: TestStore | undefined;
  const store = (): TestStore => {
    if (started === undefined) throw new Error("the store has not been started");
    return started;
  };
  const bench = forwardBench(store);
  beforeAll(async () => {
    started = await startTestStore();
  });
  beforeEach(async () => {
    for (const table of ["interactions", "evaluations", "forwarded", "cursors"]) {
      await store().client.command(`TRUNCATE TABLE calibrant.${table}`);
    }
  });
  afterEach(() => bench.end());
  afterAll(() => store().stop());
  return {
    store,
    bench,
    evaluate: (...lines) => store().client.insert("calibrant.evaluations", lines),
  };
}

/** A trace of zeros alone is none: they begin with 1. */
export function numbered(count: number, from = 1): object[] {
  return Array.from({ length: count }, (_, index) => storedEvaluation(from + index));
}

export function explanations(items: readonly SinkItem[]): string[] {
  return items
    .map(({ attributes }) => String(attributes["gen_ai.evaluation.explanation"]))
    .toSorted();
}

export function ids(items: readonly SinkItem[]): string[] {
  return items.map(({ attributes }) => String(attributes["calibrant.evaluation.id"]));
}
