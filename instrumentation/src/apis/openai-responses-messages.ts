import { isObject, listOf, objectOf, parsedOrText, textOf, type JsonObject } from "../json.js";
import {
  mediaPart,
  textPart,
  toolCallPart,
  toolResponsePart,
  type Message,
  type MessagePart,
} from "../messages.js";

/** The input of a Responses API request: text, or a list of messages, tool calls and their results. */
export function inputMessages(input: unknown): Message[] {
  if (typeof input === "string") return [{ role: "user", parts: [textPart(input)] }];
  return listOf(input).filter(isObject).map(inputMessage);
}

function inputMessage(item: JsonObject): Message {
  const type = textOf(item["type"]) ?? "message";
  if (type === "message") {
    const role = textOf(item["role"]) ?? "user";
    return {
      role: role === "developer" ? "system" : role,
      parts: contentParts(item["content"]),
    };
  }
  if (type.endsWith("_call_output")) {
    return {
      role: "tool",
      parts: [toolResponsePart(textOf(item["call_id"]), item["output"])],
    };
  }
  return { role: "assistant", parts: [outputPart(item, type)].flat() };
}

/** The items of an answer as one message. */
export function outputMessage(output: unknown, finishReason: string | undefined): Message {
  return {
    role: "assistant",
    parts: listOf(output)
      .filter(isObject)
      .flatMap((item) => outputPart(item, textOf(item["type"]) ?? "message")),
    ...(finishReason === undefined ? {} : { finish_reason: finishReason }),
  };
}

function outputPart(item: JsonObject, type: string): MessagePart | MessagePart[] {
  switch (type) {
    case "message":
      return contentParts(item["content"]);
    case "function_call":
    case "custom_tool_call": {
      const args = textOf(item["arguments"]) ?? textOf(item["input"]);
      return toolCallPart(
        textOf(item["call_id"]) ?? textOf(item["id"]),
        textOf(item["name"]),
        args === undefined ? undefined : parsedOrText(args),
      );
    }
    case "reasoning": {
      const summary = listOf(item["summary"]).map((part) => textOf(objectOf(part)["text"]) ?? "");
      return { type, content: summary.join("\n") };
    }
    default:
      return { type: "server_tool_call", id: item["id"], name: type };
  }
}

function contentParts(content: unknown): MessagePart[] {
  if (typeof content === "string") return content === "" ? [] : [textPart(content)];
  return listOf(content).filter(isObject).map(contentPart);
}

function contentPart(part: JsonObject): MessagePart {
  const type = textOf(part["type"]) ?? "unknown";
  switch (type) {
    case "input_text":
    case "output_text":
    case "text":
      return textPart(textOf(part["text"]) ?? "");
    case "refusal":
      return { type, content: part["refusal"] };
    case "input_image":
      return mediaPart("image", textOf(part["image_url"]) ?? textOf(part["file_id"]) ?? "");
    case "input_file":
      return { type: "file", file_id: part["file_id"], name: part["filename"] };
    default:
      return { type };
  }
}
