import { isObject, listOf, objectOf, textOf, type JsonObject } from "../json.js";
import {
  textPart,
  toolCallPart,
  toolResponsePart,
  type Message,
  type MessagePart,
} from "../messages.js";

/** The contents of a request: one, or a list of them. */
export function contentMessages(contents: unknown): Message[] {
  if (typeof contents === "string") return [{ role: "user", parts: [textPart(contents)] }];
  return (Array.isArray(contents) ? contents : [contents]).filter(isObject).map((content) => {
    const parts = partsOf(content);
    return { role: roleOf(content, parts), parts };
  });
}

/** The API gives results of functions the role of the user. */
function roleOf(content: JsonObject, parts: readonly MessagePart[]): string {
  if (content["role"] === "model") return "assistant";
  const results = parts.length > 0 && parts.every(({ type }) => type === "tool_call_response");
  return results || content["role"] === "function" ? "tool" : "user";
}

/** The candidates of an answer, each as one message. */
export function outputMessages(candidates: unknown): Message[] {
  return listOf(candidates).map((value) => {
    const candidate = objectOf(value);
    const parts = partsOf(candidate["content"]);
    const reason = textOf(candidate["finishReason"]);
    return {
      role: "assistant",
      parts,
      ...(reason === undefined ? {} : { finish_reason: finishReason(reason, parts) }),
    };
  });
}

/** The API ends an answer that calls a function with STOP, too. */
function finishReason(reason: string, parts: readonly MessagePart[]): string {
  switch (reason) {
    case "STOP":
      return parts.some(({ type }) => type === "tool_call") ? "tool_call" : "stop";
    case "MAX_TOKENS":
      return "length";
    case "SAFETY":
    case "RECITATION":
    case "BLOCKLIST":
    case "PROHIBITED_CONTENT":
    case "SPII":
    case "IMAGE_SAFETY":
    case "IMAGE_PROHIBITED_CONTENT":
    case "IMAGE_RECITATION":
      return "content_filter";
    case "MALFORMED_FUNCTION_CALL":
    case "UNEXPECTED_TOOL_CALL":
    case "TOO_MANY_TOOL_CALLS":
    case "MALFORMED_RESPONSE":
      return "error";
    default:
      return reason;
  }
}

/** The parts of a content; text alone stands for one part. */
export function partsOf(content: unknown): MessagePart[] {
  if (typeof content === "string") return [textPart(content)];
  return listOf(objectOf(content)["parts"]).filter(isObject).map(messagePart);
}

function messagePart(part: JsonObject): MessagePart {
  if (typeof part["text"] === "string") {
    return part["thought"] === true
      ? { type: "reasoning", content: part["text"] }
      : textPart(part["text"]);
  }
  if (isObject(part["functionCall"])) {
    const { id, name, args } = part["functionCall"];
    return toolCallPart(textOf(id), textOf(name), args);
  }
  if (isObject(part["functionResponse"])) {
    const { id, name, response } = part["functionResponse"];
    return { ...toolResponsePart(textOf(id), response), name };
  }
  return mediaOrServerPart(part);
}

function mediaOrServerPart(part: JsonObject): MessagePart {
  if (isObject(part["inlineData"])) {
    // The bytes are left out on purpose, as everywhere.
    const mediaType = textOf(part["inlineData"]["mimeType"]) ?? "";
    return { type: "blob", modality: modalityOf(mediaType), mime_type: mediaType };
  }
  if (isObject(part["fileData"])) {
    const { fileUri, mimeType } = part["fileData"];
    const mediaType = textOf(mimeType) ?? "";
    return { type: "uri", modality: modalityOf(mediaType), mime_type: mediaType, uri: fileUri };
  }
  if (isObject(part["executableCode"])) {
    const call = { type: "code_execution", ...part["executableCode"] };
    return { type: "server_tool_call", name: "code_execution", server_tool_call: call };
  }
  if (isObject(part["codeExecutionResult"])) {
    const response = { type: "code_execution", ...part["codeExecutionResult"] };
    return { type: "server_tool_call_response", server_tool_call_response: response };
  }
  return { type: Object.keys(part)[0] ?? "unknown" };
}

function modalityOf(mediaType: string): string {
  return mediaType.split("/")[0] ?? "";
}
