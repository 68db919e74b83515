import type { Message, MessagePart } from "../reading.js";
import { field, isRecord, parseJson, textField } from "./attribute-values.js";
import { unwrapped } from "./envelopes.js";
import { partsOf, resultText, toolCallOf } from "./message-parts.js";

/** Lists in lists deeper than this are not followed. */
const deepest = 6;

/** Items of the Responses API that stand beside messages instead of inside them. */
const looseItems = new Map([
  ["function_call", "assistant"],
  ["custom_tool_call", "assistant"],
  ["reasoning", "assistant"],
  ["function_call_output", "tool"],
  ["custom_tool_call_output", "tool"],
]);

const roles = new Map([
  ["developer", "system"],
  ["human", "user"],
  ["ai", "assistant"],
  ["model", "assistant"],
  ["chatbot", "assistant"],
  ["bot", "assistant"],
  ["function", "tool"],
]);

/** A role as the conventions name it; unknown ones stay. */
export function normaliseRole(role: string): string {
  const lower = role.toLowerCase();
  return roles.get(lower) ?? lower;
}

export interface ReadMessages {
  readonly messages: readonly Message[];
  readonly notes: readonly string[];
}

/**
 * Messages out of an attribute's text: JSON in any known shape, or plain text, which becomes one
 * message of `role`. Text that looks like JSON and is none is taken as it is, with a note.
 */
export function readMessages(text: string, role: string): ReadMessages {
  if (text === "") return { messages: [], notes: [] };
  const value = parseJson(text);
  if (value !== undefined) {
    const messages = messagesOf(value, role);
    if (messages.length > 0 || saysNothing(value)) return { messages, notes: [] };
  }
  const looksLikeJson = /^\s*[[{]/.test(text);
  return {
    messages: [{ role, parts: [{ kind: "text", text }] }],
    notes: looksLikeJson ? [`${role} content is not a list of messages`] : [],
  };
}

/** A list of messages without a word in them. */
function saysNothing(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => item === "" || isMessage(item));
}

/** Messages out of parsed JSON, in any of the shapes that providers and libraries use. */
export function messagesOf(value: unknown, role: string, depth = 0): Message[] {
  if (depth > deepest) return [];
  if (typeof value === "string") {
    return value === "" ? [] : [{ role, parts: [{ kind: "text", text: value }] }];
  }
  if (Array.isArray(value)) return listOfMessages(value, role, depth);
  if (!isRecord(value)) return [];
  const inner = unwrapped(value);
  if (inner !== undefined) return messagesOf(inner, role, depth + 1);
  return messageOf(value, role);
}

/** Either a list of messages, or the parts of one message. */
function listOfMessages(values: readonly unknown[], role: string, depth: number): Message[] {
  if (values.some((value) => isMessage(value) || Array.isArray(value))) {
    return values.flatMap((value) => messagesOf(value, role, depth + 1));
  }
  const parts = partsOf(values);
  return parts.length === 0 ? [] : [{ role, parts }];
}

function isMessage(value: unknown): boolean {
  return (
    isRecord(value) &&
    (isRecord(field(value, "kwargs")) ||
      typeof field(value, "role") === "string" ||
      looseItems.has(textField(value, "type")))
  );
}

function messageOf(value: Record<string, unknown>, fallbackRole: string): Message[] {
  const loose = looseItems.get(textField(value, "type"));
  if (loose !== undefined && textField(value, "role") === "") {
    const parts = partsOf(value);
    return parts.length === 0 ? [] : [{ role: loose, parts }];
  }
  const role = normaliseRole(textField(value, "role") || fallbackRole);
  const content = field(value, "parts") ?? field(value, "content") ?? field(value, "message");
  const parts = [
    ...reasoningOf(value),
    ...(role === "tool" ? toolParts(value, content) : partsOf(content)),
    ...partsOf(field(value, "refusal")),
    ...toolCallsOf(value),
  ];
  return parts.length === 0 ? [] : [{ role, parts }];
}

/** What a tool answered: chat completions give it as the content of a message with role `tool`. */
function toolParts(value: Record<string, unknown>, content: unknown): MessagePart[] {
  const parts = partsOf(content);
  if (parts.some((part) => part.kind === "tool_call_response")) return parts;
  const result = resultText(content);
  if (result === "") return [];
  return [
    { kind: "tool_call_response", id: textField(value, "tool_call_id", "call_id", "id"), result },
  ];
}

function toolCallsOf(value: Record<string, unknown>): MessagePart[] {
  const oldest = field(value, "function_call");
  const calls =
    field(value, "tool_calls") ?? field(value, "toolCalls") ?? (isRecord(oldest) ? [oldest] : []);
  return Array.isArray(calls) ? calls.filter((call) => isRecord(call)).map(toolCallOf) : [];
}

function reasoningOf(value: Record<string, unknown>): MessagePart[] {
  const text = textField(value, "reasoning_content", "reasoning");
  return text === "" ? [] : [{ kind: "reasoning", text }];
}
