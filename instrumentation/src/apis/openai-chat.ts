import type { Attributes } from "@opentelemetry/api";
import { genAi, openAi } from "../attributes.js";
import type { CallContent } from "../call-content.js";
import { listOf, numberOf, objectOf, textOf, type JsonObject } from "../json.js";
import { ChatStreamCollector } from "./openai-chat-stream.js";
import { inputMessages, outputMessages } from "./openai-chat-messages.js";
import { usageAttributes } from "./openai-usage.js";
import { targetOfBody, type ProviderApi } from "./provider-api.js";

/** `POST .../chat/completions`, of OpenAI and of the many servers that speak its format. */
export const openAiChat: ProviderApi = {
  operation: "chat",
  matches: (path) => path.endsWith("/chat/completions"),
  provider: () => "openai",
  accepts: (body) => Array.isArray(body["messages"]),
  target: targetOfBody,
  requestAttributes,
  requestContent,
  responseAttributes,
  responseContent: (body) => ({ outputMessages: outputMessages(body["choices"]) }),
  collector: () => new ChatStreamCollector(),
  telling: /"finish_reason":\s*[^n\s]|"usage":\s*\{|"error"|\[DONE\]/,
};

function requestAttributes(body: JsonObject): Attributes {
  const stop = body["stop"];
  const choices = numberOf(body["n"]);
  return {
    [openAi.apiType]: "chat_completions",
    [openAi.requestServiceTier]: textOf(body["service_tier"]),
    [genAi.requestTemperature]: numberOf(body["temperature"]),
    [genAi.requestTopP]: numberOf(body["top_p"]),
    [genAi.requestMaxTokens]: numberOf(body["max_completion_tokens"] ?? body["max_tokens"]),
    [genAi.requestFrequencyPenalty]: numberOf(body["frequency_penalty"]),
    [genAi.requestPresencePenalty]: numberOf(body["presence_penalty"]),
    [genAi.requestSeed]: numberOf(body["seed"]),
    [genAi.requestChoiceCount]: choices === 1 ? undefined : choices,
    [genAi.requestStopSequences]:
      typeof stop === "string" ? [stop] : Array.isArray(stop) ? stop.map(String) : undefined,
    [genAi.outputType]: outputType(objectOf(body["response_format"])["type"]),
  };
}

function requestContent(body: JsonObject): CallContent {
  return {
    inputMessages: inputMessages(body["messages"]),
    toolDefinitions: listOf(body["tools"]),
  };
}

function responseAttributes(body: JsonObject): Attributes {
  const reasons = listOf(body["choices"])
    .map((choice) => textOf(objectOf(choice)["finish_reason"]))
    .filter((reason) => reason !== undefined);
  return {
    [genAi.responseId]: textOf(body["id"]),
    [genAi.responseModel]: textOf(body["model"]),
    [genAi.responseFinishReasons]: reasons.length === 0 ? undefined : reasons,
    [openAi.responseServiceTier]: textOf(body["service_tier"]),
    [openAi.responseSystemFingerprint]: textOf(body["system_fingerprint"]),
    ...usageAttributes(body["usage"]),
  };
}

function outputType(format: unknown): string | undefined {
  if (format === "json_object" || format === "json_schema") return "json";
  return format === "text" ? "text" : undefined;
}
