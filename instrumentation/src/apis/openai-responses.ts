import type { Attributes } from "@opentelemetry/api";
import { genAi, openAi } from "../attributes.js";
import type { CallContent } from "../call-content.js";
import { isObject, listOf, numberOf, objectOf, textOf, type JsonObject } from "../json.js";
import { textPart } from "../messages.js";
import { inputMessages, outputMessage } from "./openai-responses-messages.js";
import { ResponsesStreamCollector } from "./openai-responses-stream.js";
import { usageAttributes } from "./openai-usage.js";
import { targetOfBody, type ProviderApi } from "./provider-api.js";

/** `POST .../responses`. */
export const openAiResponses: ProviderApi = {
  operation: "chat",
  matches: (path) => path.endsWith("/responses"),
  provider: () => "openai",
  accepts: (body) =>
    typeof body["model"] === "string" && (body["input"] !== undefined || isObject(body["prompt"])),
  target: targetOfBody,
  requestAttributes,
  requestContent,
  responseAttributes,
  responseContent,
  collector: () => new ResponsesStreamCollector(),
  telling: /"response"|response\.(?:completed|incomplete|failed)|error|\[DONE\]/,
};

function requestAttributes(body: JsonObject): Attributes {
  const conversation = body["conversation"];
  const format = objectOf(objectOf(body["text"])["format"])["type"];
  return {
    [openAi.apiType]: "responses",
    [openAi.requestServiceTier]: textOf(body["service_tier"]),
    [genAi.requestTemperature]: numberOf(body["temperature"]),
    [genAi.requestTopP]: numberOf(body["top_p"]),
    [genAi.requestMaxTokens]: numberOf(body["max_output_tokens"]),
    [genAi.outputType]:
      format === "json_object" || format === "json_schema" ? "json" : textOf(format),
    [genAi.conversationId]: textOf(conversation) ?? textOf(objectOf(conversation)["id"]),
  };
}

function requestContent(body: JsonObject): CallContent {
  const instructions = textOf(body["instructions"]);
  return {
    inputMessages: inputMessages(body["input"]),
    systemInstructions: instructions === undefined ? [] : [textPart(instructions)],
    toolDefinitions: listOf(body["tools"]),
  };
}

function responseContent(body: JsonObject): CallContent {
  const output = listOf(body["output"]);
  if (output.length === 0) return {};
  return { outputMessages: [outputMessage(output, finishReason(body, output))] };
}

function responseAttributes(body: JsonObject): Attributes {
  const reason = finishReason(body, listOf(body["output"]));
  return {
    [genAi.responseId]: textOf(body["id"]),
    [genAi.responseModel]: textOf(body["model"]),
    [genAi.responseFinishReasons]: reason === undefined ? undefined : [reason],
    [openAi.responseServiceTier]: textOf(body["service_tier"]),
    ...usageAttributes(body["usage"]),
  };
}

/** The API has a status in place of a finish reason; undefined while the answer is under way. */
function finishReason(body: JsonObject, output: readonly unknown[]): string | undefined {
  switch (body["status"]) {
    case "completed":
      return output.some((item) => objectOf(item)["type"] === "function_call")
        ? "tool_call"
        : "stop";
    case "incomplete": {
      const reason = textOf(objectOf(body["incomplete_details"])["reason"]);
      return reason === "max_output_tokens" ? "length" : reason;
    }
    case "failed":
      return "error";
    default:
      return undefined;
  }
}
