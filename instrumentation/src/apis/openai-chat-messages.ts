import { isObject, listOf, objectOf, parsedOrText, textOf } from "../json.js";
import {
  mediaPart,
  textPart,
  toolCallPart,
  toolResponsePart,
  type Message,
  type MessagePart,
} from "../messages.js";

/** The messages of a chat completions request. Instructions stay among them, as the conventions say. */
export function inputMessages(messages: unknown): Message[] {
  return listOf(messages).map((value) => {
    const message = objectOf(value);
    const role = textOf(message["role"]) ?? "user";
    const name = textOf(message["name"]);
    return {
      role: role === "developer" ? "system" : role === "function" ? "tool" : role,
      parts: parts(message, role),
      ...(name === undefined ? {} : { name }),
    };
  });
}

/** The choices of an answer, each as one message. */
export function outputMessages(choices: unknown): Message[] {
  return listOf(choices).map((value) => {
    const choice = objectOf(value);
    const message = objectOf(choice["message"]);
    const reason = textOf(choice["finish_reason"]);
    return {
      role: textOf(message["role"]) ?? "assistant",
      parts: parts(message, "assistant"),
      ...(reason === undefined ? {} : { finish_reason: finishReason(reason) }),
    };
  });
}

function finishReason(reason: string): string {
  return reason === "tool_calls" || reason === "function_call" ? "tool_call" : reason;
}

function parts(message: Readonly<Record<string, unknown>>, role: string): MessagePart[] {
  if (role === "tool" || role === "function") {
    return [toolResponsePart(textOf(message["tool_call_id"]), message["content"])];
  }
  const reasoning = textOf(message["reasoning_content"]) ?? textOf(message["reasoning"]);
  const refusal = textOf(message["refusal"]);
  return [
    ...(reasoning === undefined ? [] : [{ type: "reasoning", content: reasoning }]),
    ...contentParts(message["content"]),
    ...(refusal === undefined ? [] : [{ type: "refusal", content: refusal }]),
    ...listOf(message["tool_calls"]).map(toolCall),
  ];
}

function contentParts(content: unknown): MessagePart[] {
  if (typeof content === "string") return content === "" ? [] : [textPart(content)];
  return listOf(content).filter(isObject).map(contentPart);
}

function contentPart(part: Readonly<Record<string, unknown>>): MessagePart {
  const type = textOf(part["type"]) ?? "unknown";
  switch (type) {
    case "text":
      return textPart(textOf(part["text"]) ?? "");
    case "refusal":
      return { type, content: part["refusal"] };
    case "image_url": {
      const image = part["image_url"];
      return mediaPart("image", textOf(image) ?? textOf(objectOf(image)["url"]) ?? "");
    }
    case "input_audio": {
      const format = textOf(objectOf(part["input_audio"])["format"]) ?? "";
      return { type: "blob", modality: "audio", mime_type: `audio/${format}` };
    }
    case "file": {
      const file = objectOf(part["file"]);
      return { type, file_id: file["file_id"], name: file["filename"] };
    }
    default:
      return { type };
  }
}

function toolCall(value: unknown): MessagePart {
  const call = objectOf(value);
  const target = objectOf(call["function"] ?? call["custom"]);
  const args = textOf(target["arguments"]) ?? textOf(target["input"]);
  return toolCallPart(
    textOf(call["id"]),
    textOf(target["name"]),
    args === undefined ? undefined : parsedOrText(args),
  );
}
