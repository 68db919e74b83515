import type { PendingInteraction } from "../../model/ports.js";

/** Operations whose result is not an answer to anybody. */
const withoutAnswer: ReadonlySet<string> = new Set([
  "embeddings",
  "create_agent",
  "execute_tool",
  "retrieval",
]);

/**
 * Why no evaluator can say anything about the answer of this interaction; undefined when one can.
 * @param withoutContent whether the evaluator needs no words
 */
export function nothingToJudge(
  interaction: PendingInteraction,
  withoutContent = false,
): string | undefined {
  if (interaction.status === "error") return "interaction failed";
  if (withoutAnswer.has(interaction.operation)) return "operation has no answer";
  if (withoutContent) return undefined;
  // Instrumentations leave content out by default: then nothing is known, which is not an empty answer.
  if (interaction.input_text === "" && interaction.output_text === "") return "no content captured";
  return undefined;
}
