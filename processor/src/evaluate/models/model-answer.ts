import type OpenAI from "openai";
import type { Usage } from "../evaluator.js";
import type { Mask } from "./model-secrets.js";
import { answerTokens, type AnswerToken } from "./answer-tokens.js";

export interface ModelAnswer {
  readonly text: string;
  /** Why the text may not be a whole answer; undefined when the model ended by itself. */
  readonly problem: string | undefined;
  /** The model that answered, as the server names it; undefined when it does not. */
  readonly model: string | undefined;
  /** The beginning of the text as tokens; empty when the server does not tell. */
  readonly tokens: readonly AnswerToken[];
  readonly usage: Usage;
}

const longestName = 200;

/**
 * @param completion not every server answers with what the type promises
 * @param mask takes secrets out of a refusal
 */
export function modelAnswer(
  completion: OpenAI.ChatCompletion | null,
  usage: Usage,
  mask: Mask,
): ModelAnswer {
  const choice = completion?.choices?.[0];
  const model: unknown = completion?.model;
  const content: unknown = choice?.message?.content;
  return {
    text: typeof content === "string" ? content : "",
    problem: problemOf(choice, mask),
    model: typeof model === "string" && model !== "" ? model.slice(0, longestName) : undefined,
    tokens: answerTokens(choice?.logprobs),
    usage,
  };
}

function problemOf(
  choice: OpenAI.ChatCompletion.Choice | undefined,
  mask: Mask,
): string | undefined {
  if (choice === undefined) return "the answer has no choices";
  if (choice.finish_reason === "length") return "the answer was cut off at the token limit";
  if (choice.finish_reason === "content_filter") {
    return "the provider's content filter stopped the answer";
  }
  const refusal = choice.message?.refusal;
  return refusal ? `the model refused: ${mask(refusal)}` : undefined;
}
