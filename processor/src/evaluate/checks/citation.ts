import type { PendingInteraction } from "../../model/ports.js";
import { plainCheck } from "./check-kind.js";
import { excerpt, withoutCode } from "./texts.js";

/** The store hands so many documents on at most: beyond, nobody knows which there were. */
const mostDocuments = 50;
/** Citations of one answer that are looked at. */
const mostCitations = 200;

/** `[1]`, `[^1]`, `[1, 3-5]` and `【1†source】`, but no link of Markdown. */
const numbered =
  /(?:\[\^?(\d{1,3}(?: ?[,;–-] ?\d{1,3}){0,20})\](?!\()|【(\d{1,3})(?::\d{1,4})?†[^】\n]{0,100}】)/g;
/** `(doc 3)`, `[Source: 3]`, `document #3`. */
const named =
  /[([](?:doc|docs|document|documents|source|sources|ref|reference|passage|quelle|dokument)[ .:#]{1,3}(\d{1,4})[)\]]/gi;
/** `[kb-17]`, `[source: returns.md]`, if the name has a digit or an ending. */
const identified = /\[(?:(?:doc|document|source|ref|id) ?[:=] ?)?([a-z][\w.-]{1,100})\](?!\()/gi;
const identifier = /\d|\.[a-z]{2,5}$/i;
const address = /\bhttps?:\/\/[^\s<>"'`\])}】]{1,2000}/gi;

interface Citation {
  /** As it stands in the answer. */
  readonly text: string;
  readonly isThere: boolean;
}

/** Documents, identifiers and addresses that the answer cites are among those that it was given. */
export const citation = plainCheck(
  {
    name: "citation",
    revision: "1",
    inapplicable: (interaction) => {
      if (interaction.output_text.trim() === "") return "no output";
      if (interaction.context.length === 0) return "no documents";
      if (interaction.context.length >= mostDocuments) return "more documents than are known";
      return citationsOf(interaction).length === 0 ? "nothing is cited" : undefined;
    },
    judge: (interaction) => {
      const found = citationsOf(interaction);
      const missing = [...new Set(found.filter(({ isThere }) => !isThere).map(({ text }) => text))];
      if (missing.length === 0) return { score: 1, label: "present", explanation: "" };
      const share = found.filter(({ isThere }) => isThere).length / found.length;
      const more = missing.length > 5 ? ` and ${missing.length - 5} more` : "";
      const explanation = `Not among the ${interaction.context.length} documents: ${missing.slice(0, 5).join(", ")}${more}.`;
      return { score: share, label: "missing", explanation };
    },
  },
  false,
);

function citationsOf(interaction: PendingInteraction): Citation[] {
  const answer = withoutCode(interaction.output_text);
  const given = givenTo(interaction);
  return [
    ...numbersIn(answer, interaction.context.length, given),
    ...matches(answer, identified)
      .filter(([, id = ""]) => identifier.test(id))
      .map(([text, id = ""]) => ({
        text: excerpt(text),
        isThere: given.includes(id.toLowerCase()),
      })),
    ...matches(answer, address).map(([text]) => ({
      text: excerpt(text, 120),
      isThere: given.includes(plainAddress(text)),
    })),
  ];
}

/** The first of the matches. */
function matches(answer: string, pattern: RegExp): RegExpExecArray[] {
  const found: RegExpExecArray[] = [];
  for (const match of answer.matchAll(pattern)) {
    if (found.push(match) === mostCitations) break;
  }
  return found;
}

/** Where an application numbers documents itself, the numbers stand in what the model was given. */
function numbersIn(answer: string, documents: number, given: string): Citation[] {
  const cited = [
    ...matches(answer, numbered).flatMap(([text, list, single]) =>
      numbersOf(list ?? single ?? "").map((number) => ({ text: excerpt(text), number })),
    ),
    ...matches(answer, named).map(([text, number]) => ({ text, number: Number(number) })),
  ];
  if (cited.length === 0) return [];
  // Programmers count from 0.
  const last = cited.some(({ number }) => number === 0) ? documents - 1 : documents;
  const own = ownNumbers(given);
  return cited.map(({ text, number }) => ({ text, isThere: number <= last || own.has(number) }));
}

/** `1, 3-5` has four numbers; of a longer range the ends. */
function numbersOf(list: string): number[] {
  return list.split(/[,;]/).flatMap((part) => {
    const [first = 0, last = first] = part.split(/[–-]/).map(Number);
    const count = last - first;
    if (count === 0) return [first];
    if (count < 0 || count > 50) return [first, last];
    return Array.from({ length: count + 1 }, (_, index) => first + index);
  });
}

function ownNumbers(given: string): ReadonlySet<number> {
  const pattern =
    /(?:[[【]|\b(?:doc|document|source|passage|chunk|id|index|ref|reference|quelle|dokument)["']?[ ]?[:=#.]?[ ]?["']?)(\d{1,4})\b/g;
  return new Set([...given.matchAll(pattern)].map(([, number]) => Number(number)));
}

function givenTo(interaction: PendingInteraction): string {
  const { input_text, system_text, previous_output, context, tool_uses } = interaction;
  const results = tool_uses.map(({ result }) => result);
  return [input_text, system_text, previous_output, ...context, ...results]
    .join("\n")
    .toLowerCase()
    .replaceAll("\\/", "/");
}

/** Without its scheme, its fragment and what ends a sentence. */
function plainAddress(text: string): string {
  return text
    .toLowerCase()
    .replace(/^https?:\/\/(?:www\.)?/, "")
    .replace(/#.*$/, "")
    .replace(/[.,;:!?*_/]+$/, "");
}
