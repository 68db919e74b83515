import type { Attributes } from "@opentelemetry/api";
import { genAi } from "../attributes.js";
import type { CallContent } from "../call-content.js";
import { listOf, numberOf, objectOf, textOf, type JsonObject } from "../json.js";
import { contentParts, inputMessages, outputMessage } from "./anthropic-content.js";
import { MessageStreamCollector } from "./anthropic-stream.js";
import { targetOfBody, type ProviderApi } from "./provider-api.js";

/** `POST .../messages`, of Anthropic and of the servers that speak its format. */
export const anthropicMessages: ProviderApi = {
  operation: "chat",
  matches: (path) => path.endsWith("/messages"),
  provider: () => "anthropic",
  // Other APIs have a path that ends so, too: only this one demands a limit of tokens.
  accepts: (body) => Array.isArray(body["messages"]) && numberOf(body["max_tokens"]) !== undefined,
  target: targetOfBody,
  requestAttributes,
  requestContent: (body): CallContent => ({
    inputMessages: inputMessages(body["messages"]),
    systemInstructions: contentParts(body["system"]),
    toolDefinitions: listOf(body["tools"]),
  }),
  responseAttributes,
  responseContent: (body) => ({ outputMessages: [outputMessage(body)] }),
  collector: () => new MessageStreamCollector(),
  telling: /message_|error|\[DONE\]/,
};

function requestAttributes(body: JsonObject): Attributes {
  const stop = listOf(body["stop_sequences"]);
  const format = objectOf(objectOf(body["output_config"])["format"] ?? body["output_format"]);
  return {
    [genAi.requestMaxTokens]: numberOf(body["max_tokens"]),
    [genAi.requestTemperature]: numberOf(body["temperature"]),
    [genAi.requestTopK]: numberOf(body["top_k"]),
    [genAi.requestTopP]: numberOf(body["top_p"]),
    [genAi.requestStopSequences]: stop.length === 0 ? undefined : stop.map(String),
    [genAi.outputType]: format["type"] === "json_schema" ? "json" : undefined,
  };
}

function responseAttributes(body: JsonObject): Attributes {
  const reason = textOf(body["stop_reason"]);
  return {
    [genAi.responseId]: textOf(body["id"]),
    [genAi.responseModel]: textOf(body["model"]),
    [genAi.responseFinishReasons]: reason === undefined ? undefined : [reason],
    ...usageAttributes(objectOf(body["usage"])),
  };
}

/** The API counts cached tokens beside the others; the conventions count all of them as input. */
function usageAttributes(usage: JsonObject): Attributes {
  const input = numberOf(usage["input_tokens"]);
  const read = numberOf(usage["cache_read_input_tokens"]);
  const written = numberOf(usage["cache_creation_input_tokens"]);
  const output = objectOf(usage["output_tokens_details"]);
  return {
    [genAi.usageInput]: input === undefined ? undefined : input + (read ?? 0) + (written ?? 0),
    [genAi.usageOutput]: numberOf(usage["output_tokens"]),
    [genAi.usageCacheRead]: read,
    [genAi.usageCacheWrite]: written,
    [genAi.usageReasoning]: numberOf(output["thinking_tokens"]),
  };
}
