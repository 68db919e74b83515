import type { Message, SpanReading } from "../reading.js";
import { isRecord, parseJson, textField } from "./attribute-values.js";
import { unwrapped } from "./envelopes.js";
import { messagesOf } from "./messages.js";

/** Fields in which functions of applications take a question and give an answer. */
const questionFields = [
  "input",
  "question",
  "query",
  "q",
  "prompt",
  "text",
  "message",
  "task",
  "user_input",
  "user_query",
  "user_question",
];
const answerFields = ["output", "answer", "response", "result", "text", "content", "raw"];

/**
 * What went into and came out of a wrapper, which records the arguments and the result of some
 * function: plain text, messages, or an object with a field that speaks for itself. Other JSON is
 * nobody's words and gives no message.
 */
export function wrapperMessages(
  input: string,
  output: string,
): Pick<SpanReading, "input" | "output"> {
  return {
    input: wordsOf(input, "user", questionFields),
    output: wordsOf(output, "assistant", answerFields),
  };
}

function wordsOf(text: string, role: string, fields: readonly string[]): readonly Message[] {
  if (text === "") return [];
  const value = parseJson(text);
  if (value === undefined) return [{ role, parts: [{ kind: "text", text }] }];
  if (!isRecord(value)) return messagesOf(value, role);
  const named = textField(value, ...fields);
  if (named !== "") return [{ role, parts: [{ kind: "text", text: named }] }];
  return unwrapped(value) === undefined ? [] : messagesOf(value, role);
}
