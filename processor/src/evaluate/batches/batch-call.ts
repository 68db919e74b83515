import type { Evaluator, Together, Verdict } from "../evaluator.js";
import type { BatchBook } from "./batch-book.js";

/** Asks for those together that were asked in one request before the start, and for the new ones. */
export function batchCall(call: Together, book: BatchBook): Together {
  return {
    evaluate: async (evaluators, interaction, signal) => {
      const groups = new Map<string, Evaluator[]>();
      for (const evaluator of evaluators) {
        const place = book.find(interaction.interaction_id, evaluator);
        const key = place === undefined ? "" : `${place.batch.id} ${place.request}`;
        groups.set(key, [...(groups.get(key) ?? []), evaluator]);
      }
      const verdicts = new Map<Evaluator, Verdict>();
      const asked = [...groups.values()].map(async (group) => {
        const given = await call.evaluate(group, interaction, signal);
        for (const [index, verdict] of given.entries()) {
          const evaluator = group[index];
          if (evaluator !== undefined) verdicts.set(evaluator, verdict);
        }
      });
      const settled = await Promise.allSettled(asked);
      const failed = settled.find(({ status }) => status === "rejected");
      if (failed?.status === "rejected") throw failed.reason;
      return evaluators.flatMap((evaluator) => verdicts.get(evaluator) ?? []);
    },
  };
}
