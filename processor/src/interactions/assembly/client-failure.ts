import type { RawSpan } from "../../model/telemetry.js";
import { errors } from "../attribute-names.js";

/** Packages that ask models, as they stand in paths of stack traces and names of exceptions. */
const clients =
  /(^|[\s/\\.'"@])(openai|anthropic|@anthropic-ai\/sdk|anthropic-ai|google\.genai|@google\/genai|generativeai|langchain\w*|langgraph|llama_?index|@ai-sdk|ai-sdk|cohere|mistralai|groq|litellm|together|replicate|bedrock-runtime|AI_\w+Error)([/\\.:]|$)/i;

/**
 * Whether a call of a model failed inside a span, which several libraries leave no span of: the
 * exception comes from a client of a model.
 */
export function failedInClient({ statusCode, events }: RawSpan): boolean {
  if (statusCode !== "Error") return false;
  return events.some(
    ({ name, attributes }) =>
      name === errors.exceptionEvent &&
      [...errors.exceptionType, ...errors.exceptionStack].some((key) =>
        clients.test((attributes.get(key) ?? "").slice(0, longestStack)),
      ),
  );
}

const longestStack = 10_000;
