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
    if (field === "conversation") {
      const turns = conversationSections(parts.conversation ?? [], limits.conversation);
      sections.push(...turns.sections);
      notes.push(...turns.notes);
      continue;
    }
    const { text, left } = textOf(parts, field, limits[field]);
    if (left > 0) notes.push(`${field} by ${left} characters`);
    if (text !== "") sections.push({ name: field, text });
  }
  return { sections, notes };
}

function textOf(
  parts: JudgedParts,
  field: Exclude<JudgedField, "conversation">,
  limit: number,
): { text: string; left: number } {
  if (field === "context") return listed("document", parts.context ?? [], limit);
  if (field === "tool_uses") return listed("tool use", (parts.tool_uses ?? []).map(useOf), limit);
  return truncateMiddle(parts[field] ?? "", limit);
}

function listed(
  what: string,
  texts: readonly string[],
  limit: number,
): { text: string; left: number } {
  const { kept, left } = fitTogether(texts, limit);
  return {
    text: kept.map(({ text, index }) => `[${what} ${index + 1}]\n${text}`).join("\n"),
    left,
  };
}

function useOf({ name, arguments: given, result, status, error_type }: ToolUse): string {
  const outcome = status === "error" ? `error${error_type === "" ? "" : ` ${error_type}`}` : "ok";
  return `name: ${name}\narguments: ${given}\nresult (${outcome}): ${result}`;
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
    ...(left > 0 ? [`conversation by ${left} characters`] : []),
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
