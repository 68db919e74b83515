import type { MessagePart } from "../reading.js";
import { asText, field, isRecord, textField } from "./attribute-values.js";

const textTypes = new Set(["text", "input_text", "output_text", "refusal", "summary_text"]);
const reasoningTypes = new Set(["reasoning", "thinking", "redacted_thinking"]);
const toolCallTypes = new Set([
  "tool_call",
  "tool_use",
  "tool-call",
  "function",
  "function_call",
  "custom_tool_call",
  "server_tool_call",
  "server_tool_use",
]);
const toolResultTypes = new Set([
  "tool_call_response",
  "tool_result",
  "tool-result",
  "function_call_output",
  "custom_tool_call_output",
  "server_tool_call_response",
]);

/** The content of a message in any of the shapes that providers and libraries use. */
export function partsOf(content: unknown): MessagePart[] {
  if (content === undefined || content === null) return [];
  if (Array.isArray(content)) return content.flatMap((item) => partOf(item));
  return partOf(content);
}

function partOf(item: unknown): MessagePart[] {
  if (typeof item === "string") return item === "" ? [] : [{ kind: "text", text: item }];
  if (!isRecord(item)) return [];
  const type = textField(item, "type", "kind");
  if (type === "") {
    const part = untypedPart(item);
    if (part !== undefined) return part;
  }
  if (textTypes.has(type) || (type === "" && typeof field(item, "text") === "string")) {
    return textPart("text", item);
  }
  if (reasoningTypes.has(type)) return textPart("reasoning", item);
  if (toolCallTypes.has(type)) return [toolCallOf(item)];
  if (toolResultTypes.has(type)) return [toolResultOf(item)];
  return [{ kind: "other", description: describe(type, item) }];
}

/** Parts of Gemini have no type: the field that is there tells. Bedrock's are alike. */
function untypedPart(item: Record<string, unknown>): MessagePart[] | undefined {
  const call = firstOf(
    item,
    "functionCall",
    "function_call",
    "toolUse",
    "toolRequest",
    "tool_call",
  );
  if (isRecord(call)) return [toolCallOf(call)];
  const answer = firstOf(
    item,
    "functionResponse",
    "function_response",
    "toolResult",
    "toolResponse",
    "tool_call_result",
  );
  if (isRecord(answer)) return [toolResultOf(answer)];
  if (field(item, "thought") === true) return textPart("reasoning", item);
  const reasoning = textField(item, "reasoning");
  if (reasoning !== "") return [{ kind: "reasoning", text: reasoning }];
  const data = firstOf(item, "inlineData", "inline_data", "fileData", "file_data");
  if (isRecord(data)) return [{ kind: "other", description: describe("", data) }];
  return undefined;
}

function textPart(kind: "text" | "reasoning", item: Record<string, unknown>): MessagePart[] {
  const own = textField(item, "content", "text", "thinking", "refusal");
  const text = own === "" ? summaryOf(item) : own;
  return text === "" ? [] : [{ kind, text }];
}

/** The Responses API gives reasoning as a list of summaries. */
function summaryOf(item: Record<string, unknown>): string {
  const summary = field(item, "summary");
  if (!Array.isArray(summary)) return "";
  return summary
    .map((entry) => textField(entry, "text"))
    .filter((text) => text !== "")
    .join("\n");
}

/** A call of a tool: OpenAI nests name and arguments in `function`, others do not. */
export function toolCallOf(item: unknown): MessagePart {
  const nested = field(item, "function");
  const source = isRecord(nested) ? nested : item;
  return {
    kind: "tool_call",
    id: textField(item, "call_id", "id", "toolCallId", "tool_call_id", "toolUseId", "ref"),
    name: textField(source, "name", "toolName", "tool_name"),
    arguments: asText(firstOf(source, "arguments", "input", "args", "toolInput")),
  };
}

function toolResultOf(item: Record<string, unknown>): MessagePart {
  return {
    kind: "tool_call_response",
    id: textField(item, "call_id", "tool_use_id", "toolCallId", "tool_call_id", "toolUseId", "id"),
    result: resultText(firstOf(item, "response", "result", "content", "output")),
  };
}

/** A result as text: text blocks are joined, anything else is JSON text. */
export function resultText(result: unknown): string {
  if (!Array.isArray(result)) {
    const value = field(result, "value");
    return typeof value === "string" ? value : asText(result);
  }
  const parts = partsOf(result);
  const onlyText = parts.length > 0 && parts.every((part) => part.kind === "text");
  return onlyText ? textOfParts(parts) : asText(result);
}

function firstOf(item: unknown, ...names: readonly string[]): unknown {
  return names.map((name) => field(item, name)).find((value) => value !== undefined);
}

/** Says what a part is without its bytes, such as `[image image/png, 2048 characters]`. */
function describe(type: string, item: Record<string, unknown>): string {
  const nested = field(item, "source");
  const place = isRecord(nested) ? nested : item;
  const what = textField(item, "modality") || type || "content";
  const media = textField(place, "mime_type", "media_type", "mediaType", "mimeType", "format");
  const data = textField(place, "data", "content", "blob", "image", "file_data");
  const name = textField(item, "filename", "file_id", "name", "fileUri", "file_uri");
  const words = [what, media, name].filter((word) => word !== "").map((word) => word.slice(0, 100));
  return `[${words.join(" ")}${data === "" ? "" : `, ${data.length} characters`}]`;
}

/** The words of a message as a reader sees them: reasoning and tool traffic left out. */
export function textOfParts(parts: readonly MessagePart[]): string {
  const lines: string[] = [];
  for (const part of parts) {
    if (part.kind === "text") lines.push(part.text);
    if (part.kind === "other") lines.push(part.description);
  }
  return lines.join("\n");
}
