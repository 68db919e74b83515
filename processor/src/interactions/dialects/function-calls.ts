import { field, isRecord, parseJson, textField } from "./attribute-values.js";
import { resultText } from "./message-parts.js";

/**
 * What a decorated function was called with: `{args: [...], kwargs: {...}}` gives its only argument,
 * or all of them as JSON text. Any other text is what it is.
 */
export function argumentsText(text: string): string {
  const value = parseJson(text);
  const args = field(value, "args");
  if (!Array.isArray(args)) return text;
  const kwargs = field(value, "kwargs");
  const named = isRecord(kwargs) && Object.keys(kwargs).length > 0 ? [kwargs] : [];
  const all: unknown[] = [...(args as unknown[]), ...named];
  if (all.length === 0) return "";
  const [first] = all;
  if (all.length > 1) return JSON.stringify(all);
  return typeof first === "string" ? first : JSON.stringify(first);
}

/** What a tool gave back: frameworks write the whole message that carries it, or quote a text. */
export function toolResultText(text: string): string {
  const value = parseJson(text);
  if (typeof value === "string") return value;
  const message = [field(value, "output"), value].find(
    (candidate) => isRecord(field(candidate, "kwargs")) || textField(candidate, "type") === "tool",
  );
  if (message === undefined) return text;
  return resultText(field(field(message, "kwargs") ?? message, "content"));
}
