import type { ConversationTurn, ToolUse } from "../../model/ports.js";
import type { EvaluateConfig } from "../evaluate-config.js";
import { fitTogether } from "./fit.js";
import { judgedFields, type JudgedField, type JudgedParts } from "./rubric.js";
import { truncateMiddle } from "./truncate.js";

export type JudgedCharacters = EvaluateConfig["judged_characters"];

/** A piece of the material that stands within a boundary of its own. */
export interface Section {
  /** What stands before it, outside: said by us, not by the material. */
  readonly before?: string;
  readonly name: string;
  readonly text: string;
}

export interface Sections {
  readonly sections: readonly Section[];
  /** What was left out, for the reader of the verdict. */
  readonly notes: readonly string[];
}

/** The parts of the material, each cut to what a judge is shown of it; empty ones are left out. */
export function sectionsOf(parts: JudgedParts, limits: JudgedCharacters): Sections {
  const sections: Section[] = [];
  const notes: string[] = [];
  for (const field of judgedFields) {
    const found = fieldSections(parts, field, limits[field]);
    sections.push(...found.sections);
    notes.push(...found.notes);
  }
  return { sections, notes };
}

function fieldSections(parts: JudgedParts, field: JudgedField, limit: number): Sections {
  if (field === "conversation") return conversationSections(parts.conversation ?? [], limit);
  if (field === "context") return documentSections(parts.context ?? [], limit);
  if (field === "tool_uses") return useSections(parts.tool_uses ?? [], limit);
  const { text, left } = truncateMiddle(parts[field] ?? "", limit);
  return { sections: text === "" ? [] : [{ name: field, text }], notes: shortened(field, left) };
}

function shortened(field: JudgedField, left: number): string[] {
  return left > 0 ? [`${field} by ${left} characters`] : [];
}

/** Each document stands alone: one that writes what looks like the next does not make one. */
function documentSections(documents: readonly string[], limit: number): Sections {
  const { kept, left } = fitTogether(documents, limit);
  const sections = kept
    .filter(({ text }) => text !== "")
    .map(({ text, index }) => ({ name: `context document ${index + 1}`, text }));
  return { sections, notes: shortened("context", left) };
}

/** What a tool was asked for and what it answered stand alone: neither makes another use. */
function useSections(uses: readonly ToolUse[], limit: number): Sections {
  const texts = uses.map((use) => [callOf(use), resultOf(use)] as const);
  const total = texts.reduce((sum, [call, result]) => sum + call.length + result.length, 0);
  const { kept } = fitTogether(
    texts.map((pair) => pair.join("")),
    limit,
  );
  let shown = 0;
  const sections = kept.flatMap(({ text, index }) => {
    const [call = "", result = ""] = texts[index] ?? [];
    // What one has no need of is the other's, and half of it anyway.
    const half = Math.ceil(text.length / 2);
    const given = truncateMiddle(call, Math.max(text.length - result.length, half));
    const got = truncateMiddle(result, Math.max(text.length - call.length, half));
    shown += call.length - given.left + result.length - got.left;
    const name = `tool_uses ${index + 1}`;
    return [
      { name: `${name} call`, text: given.text },
      { name: `${name} result (${uses[index]?.status ?? ""})`, text: got.text },
    ];
  });
  return { sections, notes: shortened("tool_uses", total - shown) };
}

function callOf({ name, arguments: given }: ToolUse): string {
  return `name: ${oneLine(name)}\narguments: ${given}`;
}

function resultOf({ result, status, error_type }: ToolUse): string {
  return status === "error" ? `type of error: ${oneLine(error_type)}\n${result}` : result;
}

/** What follows on the next line is not its own. */
function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, " ");
}

/** Each text of each turn stands alone: a user who writes what looks like a turn does not make one. */
function conversationSections(turns: readonly ConversationTurn[], limit: number): Sections {
  const texts = turns.flatMap(({ user, assistant }) => [user, assistant]);
  const { kept, left } = fitTogether(texts, limit);
  const numbers = numbersOf(turns);
  const shown = kept.filter(({ text }) => text !== "");
  let missing = 0;
  let previous = 0;
  const sections = shown.map(({ index, text }) => {
    const number = numbers[Math.floor(index / 2)] ?? 0;
    const gap = Math.max(0, number - previous - 1);
    missing += gap;
    previous = number;
    const name = `turn ${number} ${index % 2 === 0 ? "user" : "assistant"}`;
    return gap > 0 ? { before: leftOut(gap), name, text } : { name, text };
  });
  const notes = [
    ...(missing > 0 ? [`conversation by ${missing} turns`] : []),
    ...shortened("conversation", left),
  ];
  return { sections, notes };
}

/** From 1, counting those that the store has left out. */
function numbersOf(turns: readonly ConversationTurn[]): number[] {
  let number = 0;
  return turns.map(({ left_out: missing = 0 }) => (number += missing + 1));
}

function leftOut(turns: number): string {
  return `[${turns} ${turns === 1 ? "turn" : "turns"} left out here]`;
}

/** The parts of an example, without boundaries: nobody hostile has written them. */
export function plainParts(parts: JudgedParts): string {
  const { sections } = sectionsOf(parts, unlimited);
  return sections.map(({ name, text }) => `${name}: ${text}`).join("\n");
}

const unlimited = Object.fromEntries(
  judgedFields.map((field) => [field, Number.MAX_SAFE_INTEGER]),
) as unknown as JudgedCharacters;
