import type { Evaluator, Together } from "../evaluator.js";
import type { BatchAsker } from "./batch-asker.js";

/**
 * A judge that asks through batches, in a lane of its own, since its pairs stay open for hours.
 * Trials do not wait: they ask `direct`, which gives the same verdicts.
 */
export function batchJudge(
  direct: Evaluator,
  model: string,
  together: Together,
  { book, open, close }: BatchAsker,
): Evaluator {
  const conversations = direct.subject === "conversation";
  const evaluator: Evaluator = {
    ...direct,
    lane: `${conversations ? "conversation-batches" : "batch"} ${model}`,
    together,
    batches: book,
    afresh: direct,
    open,
    close,
    evaluate: async (interaction, signal) => {
      const [verdict] = await together.evaluate([evaluator], interaction, signal);
      if (verdict === undefined) throw new Error(`the call does not know ${direct.name}`);
      return verdict;
    },
  };
  return evaluator;
}
