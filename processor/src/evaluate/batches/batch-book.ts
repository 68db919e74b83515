import type { JudgeBatch, JudgeBatchPair } from "../../model/ports.js";

/** How a pair was drawn. */
export type PairDraw = Pick<JudgeBatchPair, "probability" | "panel">;

/** An evaluator as batches know it. */
export interface AskedEvaluator {
  readonly name: string;
  readonly version: string;
}

/** Where the answer about a pair is. */
export interface Place extends PairDraw {
  readonly batch: JudgeBatch;
  readonly request: string;
}

/** What was asked in batches before the start, and how the pairs under way were drawn. */
export interface BatchBook {
  learn(batches: readonly JudgeBatch[]): void;
  /** Where the answer is that was asked for before the start. */
  find(interactionId: string, evaluator: AskedEvaluator): Place | undefined;
  /** Nothing of this batch was ever asked. */
  forget(batch: JudgeBatch): void;
  drawn(interactionId: string, evaluator: AskedEvaluator, draw: PairDraw): void;
  settled(interactionId: string, evaluator: AskedEvaluator): void;
  /** The pairs of a request, with how they were drawn. */
  pairs(
    request: string,
    interactionId: string,
    evaluators: readonly AskedEvaluator[],
  ): JudgeBatchPair[];
}

export function createBatchBook(): BatchBook {
  const places = new Map<string, Place>();
  const draws = new Map<string, PairDraw>();

  return {
    learn: (batches) => {
      for (const batch of batches) {
        for (const { request, probability, panel, ...pair } of batch.pairs) {
          const key = keyOf(pair.interaction_id, pair.evaluator, pair.evaluator_version);
          places.set(key, { batch, request, probability, panel });
        }
      }
    },
    find: (interactionId, { name, version }) => places.get(keyOf(interactionId, name, version)),
    forget: (batch) => {
      for (const [key, place] of places) if (place.batch === batch) places.delete(key);
    },
    drawn: (interactionId, { name, version }, draw) => {
      draws.set(keyOf(interactionId, name, version), draw);
    },
    settled: (interactionId, { name, version }) => {
      draws.delete(keyOf(interactionId, name, version));
      places.delete(keyOf(interactionId, name, version));
    },
    pairs: (request, interactionId, evaluators) =>
      evaluators.map(({ name, version }) => ({
        request,
        interaction_id: interactionId,
        evaluator: name,
        evaluator_version: version,
        ...(draws.get(keyOf(interactionId, name, version)) ?? { probability: 1, panel: false }),
      })),
  };
}

function keyOf(interactionId: string, evaluator: string, version: string): string {
  return `${interactionId} ${evaluator} ${version}`;
}
