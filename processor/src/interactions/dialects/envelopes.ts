import { field, isRecord, textField } from "./attribute-values.js";

/**
 * Requests and answers of providers and frameworks hold their messages in a field of their own.
 * This is what lies in it; undefined for a value that is no such envelope.
 */
export function unwrapped(value: Record<string, unknown>): unknown {
  return ofLangChain(value) ?? ofRequest(value) ?? ofAnswer(value) ?? ofGemini(value) ?? undefined;
}

/** Roles of LangChain's classes of messages. */
const classes = new Map([
  ["HumanMessage", "user"],
  ["HumanMessageChunk", "user"],
  ["AIMessage", "assistant"],
  ["AIMessageChunk", "assistant"],
  ["SystemMessage", "system"],
  ["ToolMessage", "tool"],
]);

/** `{lc, type: "constructor", id: [..., class], kwargs}`, or a list of lists of generations. */
function ofLangChain(value: Record<string, unknown>): unknown {
  const kwargs = field(value, "kwargs");
  const id = field(value, "id");
  if (field(value, "lc") !== undefined && isRecord(kwargs) && Array.isArray(id)) {
    const role = classes.get(String(id.at(-1)));
    return role === undefined ? undefined : { ...kwargs, type: undefined, role };
  }
  const generations = field(value, "generations");
  if (!Array.isArray(generations)) return undefined;
  const [first] = generations.flat() as unknown[];
  return field(first, "message") ?? textField(first, "text");
}

/** `{system?, messages}`. */
function ofRequest(value: Record<string, unknown>): unknown {
  const messages = field(value, "messages");
  if (!Array.isArray(messages)) return undefined;
  const system = field(value, "system") ?? field(value, "instructions");
  return system === undefined || system === null || system === ""
    ? messages
    : [{ role: "system", content: system }, ...(messages as unknown[])];
}

/** Chat completions and the Responses API: of several answers the first one. */
function ofAnswer(value: Record<string, unknown>): unknown {
  const choices = field(value, "choices");
  if (Array.isArray(choices)) {
    const [first] = choices as unknown[];
    return field(first, "message") ?? textField(first, "text");
  }
  const output = field(value, "output");
  return Array.isArray(output) && field(value, "role") === undefined ? output : undefined;
}

/** `{contents, systemInstruction?}` and `{candidates: [{content}]}`. */
function ofGemini(value: Record<string, unknown>): unknown {
  const candidates = field(value, "candidates");
  if (Array.isArray(candidates)) return field(candidates[0], "content") ?? "";
  const contents = field(value, "contents");
  if (!Array.isArray(contents)) return undefined;
  const system = field(value, "systemInstruction") ?? field(value, "system_instruction");
  return isRecord(system) ? [{ ...system, role: "system" }, ...(contents as unknown[])] : contents;
}
