import type { Attributes } from "@opentelemetry/api";
import { genAi, openAi } from "../attributes.js";
import { isObject, listOf, numberOf, objectOf, textOf, type JsonObject } from "../json.js";
import { inputMessages, outputMessage } from "./openai-responses-messages.js";
import { ResponsesStreamCollector } from "./openai-responses-stream.js";
import { usageAttributes } from "./openai-usage.js";
import type { ProviderApi } from "./provider-api.js";

/** `POST .../responses`. */
export const openAiResponses: ProviderApi = {
  operation: "chat",
  path: "/responses",
  accepts: (body) =>
    typeof body["model"] === "string" && (body["input"] !== undefined || isObject(body["prompt"])),
  requestAttributes,
  responseAttributes,
  collector: () => new ResponsesStreamCollector(),
};

function requestAttributes(body: JsonObject, content: boolean): Attributes {
  const conversation = body["conversation"];
  const format = objectOf(objectOf(body["text"])["format"])["type"];
  return {
    [openAi.apiType]: "responses",
    [openAi.requestServiceTier]: textOf(body["service_tier"]),
    [genAi.requestModel]: textOf(body["model"]),
    [genAi.requestTemperature]: numberOf(body["temperature"]),
    [genAi.requestTopP]: numberOf(body["top_p"]),
    [genAi.requestMaxTokens]: numberOf(body["max_output_tokens"]),
    [genAi.requestStream]: body["stream"] === true ? true : undefined,
    [genAi.outputType]:
      format === "json_object" || format === "json_schema" ? "json" : textOf(format),
    [genAi.conversationId]: textOf(conversation) ?? textOf(objectOf(conversation)["id"]),
    ...(content ? requestContent(body) : {}),
  };
}

function requestContent(body: JsonObject): Attributes {
  const instructions = textOf(body["instructions"]);
  const tools = listOf(body["tools"]);
  return {
    [genAi.inputMessages]: JSON.stringify(inputMessages(body["input"])),
    [genAi.systemInstructions]:
      instructions === undefined
        ? undefined
        : JSON.stringify([{ type: "text", content: instructions }]),
    [genAi.toolDefinitions]: tools.length === 0 ? undefined : JSON.stringify(tools),
  };
}

function responseAttributes(body: JsonObject, content: boolean): Attributes {
  const output = listOf(body["output"]);
  const reason = finishReason(body, output);
  return {
    [genAi.responseId]: textOf(body["id"]),
    [genAi.responseModel]: textOf(body["model"]),
    [genAi.responseFinishReasons]: reason === undefined ? undefined : [reason],
    [openAi.responseServiceTier]: textOf(body["service_tier"]),
    ...usageAttributes(body["usage"]),
    ...(content && output.length > 0
      ? { [genAi.outputMessages]: JSON.stringify([outputMessage(output, reason)]) }
      : {}),
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
