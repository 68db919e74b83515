import type { Message, MessagePart } from "../reading.js";
import { parseJson } from "./attribute-values.js";
import { flattenedList, type FlatItem } from "./flattened.js";
import { normaliseRole, readMessages } from "./messages.js";

export interface FlatMessages {
  readonly input: readonly Message[];
  readonly output: readonly Message[];
  readonly finishReasons: readonly string[];
}

/** `gen_ai.prompt.N.*` and `gen_ai.completion.N.*`, the flat attributes of older libraries. */
export function flatGenAiMessages(attributes: ReadonlyMap<string, string>): FlatMessages {
  const choices = flattenedList(attributes, "gen_ai.completion.");
  const first = choices.findIndex((item) => item.get("role") !== thinking);
  const answers = choices.slice(0, first + 1);
  return {
    input: flattenedList(attributes, "gen_ai.prompt.").flatMap((item) => messagesOf(item, "user")),
    output: answers.flatMap((item) => messagesOf(item, "assistant")),
    finishReasons: answers
      .map((item) => item.get("finish_reason") ?? "")
      .filter((reason) => reason !== ""),
  };
}

/** The role under which the reasoning stands, before the answer. */
const thinking = "thinking";

function messagesOf(item: FlatItem, fallbackRole: string): Message[] {
  const role = normaliseRole(item.get("role") ?? fallbackRole);
  const content = item.get("content") ?? "";
  if (role === thinking) {
    return [{ role: "assistant", parts: [{ kind: "reasoning", text: content }] }];
  }
  if (role === "tool") {
    const result: MessagePart = {
      kind: "tool_call_response",
      id: item.get("tool_call_id") ?? "",
      result: content,
    };
    return [{ role, parts: [result] }];
  }
  const calls = flattenedList(item, "tool_calls.").map((call): MessagePart => ({
    kind: "tool_call",
    id: call.get("id") ?? "",
    name: call.get("name") ?? "",
    arguments: call.get("arguments") ?? "",
  }));
  const words = content === "null" ? [] : contentOf(content, role);
  return calls.length === 0 ? words : [...words, { role: "assistant", parts: calls }];
}

/** Plain text, or JSON text of a list of parts; any other JSON is what the model was to write. */
function contentOf(content: string, role: string): Message[] {
  if (content === "") return [];
  if (Array.isArray(parseJson(content))) return [...readMessages(content, role).messages];
  return [{ role, parts: [{ kind: "text", text: content }] }];
}
