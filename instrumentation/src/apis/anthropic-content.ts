import { isObject, listOf, objectOf, textOf, type JsonObject } from "../json.js";
import {
  mediaPart,
  textPart,
  toolCallPart,
  toolResponsePart,
  type Message,
  type MessagePart,
} from "../messages.js";

/**
 * The messages of a request. The results of tools come in a user's message there; they become a
 * message of the tool before what the user said.
 */
export function inputMessages(messages: unknown): Message[] {
  return listOf(messages)
    .filter(isObject)
    .flatMap((message) => {
      const role = textOf(message["role"]) ?? "user";
      const parts = contentParts(message["content"]);
      const results = parts.filter(({ type }) => type === "tool_call_response");
      const others = parts.filter(({ type }) => type !== "tool_call_response");
      return [
        ...(results.length === 0 ? [] : [{ role: "tool", parts: results }]),
        ...(others.length === 0 && results.length > 0 ? [] : [{ role, parts: others }]),
      ];
    });
}

export function outputMessage(body: JsonObject): Message {
  const reason = textOf(body["stop_reason"]);
  return {
    role: textOf(body["role"]) ?? "assistant",
    parts: contentParts(body["content"]),
    ...(reason === undefined ? {} : { finish_reason: finishReasons[reason] ?? reason }),
  };
}

/** The API's reasons and the conventions' words for them. */
const finishReasons: Readonly<Record<string, string>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  tool_use: "tool_call",
  refusal: "content_filter",
};

/** Text, or a list of blocks. */
export function contentParts(content: unknown): MessagePart[] {
  if (typeof content === "string") return content === "" ? [] : [textPart(content)];
  return listOf(content).filter(isObject).map(blockPart);
}

function blockPart(block: JsonObject): MessagePart {
  const type = textOf(block["type"]) ?? "unknown";
  switch (type) {
    case "text":
      return textPart(textOf(block["text"]) ?? "");
    case "thinking":
      return { type: "reasoning", content: textOf(block["thinking"]) ?? "" };
    case "redacted_thinking":
      // The provider has encrypted it: there is nothing to read.
      return { type: "reasoning", content: "" };
    case "tool_use":
      return toolCallPart(textOf(block["id"]), textOf(block["name"]), block["input"]);
    case "tool_result":
      return toolResponsePart(textOf(block["tool_use_id"]), resultOf(block["content"]));
    case "image":
    case "document":
      return sourcePart(type, objectOf(block["source"]));
    default:
      return serverToolPart(type, block);
  }
}

/** A tool's result is text, or blocks whose bytes must not be recorded. */
function resultOf(content: unknown): unknown {
  return Array.isArray(content) ? contentParts(content) : content;
}

function sourcePart(modality: string, source: JsonObject): MessagePart {
  const media = textOf(source["media_type"]) ?? "";
  switch (source["type"]) {
    case "base64":
      return { type: "blob", modality, mime_type: media };
    case "url":
      return mediaPart(modality, textOf(source["url"]) ?? "");
    case "file":
      return { type: "file", modality, file_id: source["file_id"] };
    case "text":
      return textPart(textOf(source["data"]) ?? "");
    default:
      return { type: modality };
  }
}

function serverToolPart(type: string, block: JsonObject): MessagePart {
  if (type === "server_tool_use" || type === "mcp_tool_use") {
    const { id, name, input } = block;
    return { type: "server_tool_call", id, name, server_tool_call: { type, arguments: input } };
  }
  if (type.endsWith("_tool_result")) {
    const response = { type, content: block["content"] };
    return {
      type: "server_tool_call_response",
      id: block["tool_use_id"],
      server_tool_call_response: response,
    };
  }
  return { type };
}
