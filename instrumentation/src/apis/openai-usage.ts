import type { Attributes } from "@opentelemetry/api";
import { genAi } from "../attributes.js";
import { numberOf, objectOf } from "../json.js";

/** Token counts of chat completions and embeddings, or of the Responses API, which names them otherwise. */
export function usageAttributes(value: unknown): Attributes {
  const usage = objectOf(value);
  const input = objectOf(usage["prompt_tokens_details"] ?? usage["input_tokens_details"]);
  const output = objectOf(usage["completion_tokens_details"] ?? usage["output_tokens_details"]);
  return {
    [genAi.usageInput]: numberOf(usage["prompt_tokens"] ?? usage["input_tokens"]),
    [genAi.usageOutput]: numberOf(usage["completion_tokens"] ?? usage["output_tokens"]),
    [genAi.usageCacheRead]: numberOf(input["cached_tokens"]),
    [genAi.usageReasoning]: numberOf(output["reasoning_tokens"]),
  };
}
