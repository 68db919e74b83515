import type { Message, MessagePart } from "../reading.js";
import { flattenedList, type FlatItem } from "./flattened.js";
import { normaliseRole } from "./messages.js";

/** `llm.input_messages.N.message.*` and its kin to messages. */
export function flatMessages(
  attributes: ReadonlyMap<string, string>,
  prefix: string,
  fallbackRole: string,
): Message[] {
  return flattenedList(attributes, prefix).flatMap((item) => {
    const role = normaliseRole(item.get("message.role") ?? fallbackRole);
    const parts = partsOf(item, role);
    return parts.length === 0 ? [] : [{ role, parts }];
  });
}

function partsOf(item: FlatItem, role: string): MessagePart[] {
  const content = item.get("message.content") ?? "";
  const callId = item.get("message.tool_call_id") ?? "";
  if (role === "tool" || callId !== "") {
    const result = content === "" ? contentsText(item) : content;
    return [{ kind: "tool_call_response", id: callId, result }];
  }
  const contents = contentsOf(item);
  const hasText = contents.some(({ kind }) => kind === "text");
  // Some libraries write the same text twice, as the content and as the first of the contents.
  const text: MessagePart[] = content === "" || hasText ? [] : [{ kind: "text", text: content }];
  return [...text, ...contents, ...toolCallsOf(item)];
}

/** Calls of tools stand among the contents and, with all that they say, beside them. */
const besideContents = new Set(["tool_use", "tool_result", "tool_call"]);

function contentsOf(item: FlatItem): MessagePart[] {
  return flattenedList(item, "message.contents.").flatMap((part): MessagePart[] => {
    const type = part.get("message_content.type") ?? "text";
    if (besideContents.has(type)) return [];
    const text = part.get("message_content.text") ?? "";
    if (type === "reasoning" || type === "thinking") {
      return text === "" ? [] : [{ kind: "reasoning", text }];
    }
    if (text !== "") return [{ kind: "text", text }];
    return part.has("message_content.text") ? [] : [{ kind: "other", description: `[${type}]` }];
  });
}

function contentsText(item: FlatItem): string {
  return contentsOf(item)
    .map((part) => (part.kind === "text" ? part.text : ""))
    .filter((text) => text !== "")
    .join("\n");
}

function toolCallsOf(item: FlatItem): MessagePart[] {
  return flattenedList(item, "message.tool_calls.").map((call) => ({
    kind: "tool_call",
    id: call.get("tool_call.id") ?? "",
    name: call.get("tool_call.function.name") ?? "",
    arguments: call.get("tool_call.function.arguments") ?? "",
  }));
}
