import { contentWords, numbersIn, overlap, sentencesOf } from "../words.js";
import { chance } from "./chance.js";
import { lastText, record, type ChatRequest } from "./chat-request.js";

/** How often the simulated judge errs, so that its scores are as imperfect as those of a real one. */
const noise = 0.04;

/**
 * Judges by comparing words: an answer is good when it shares words with the question, and, where
 * documents count, when they support its words and numbers. It is not told what the simulated
 * shop assistant did. The good verdict is the first of the schema's choices, the bad one the last.
 */
export function judgeReply(request: ChatRequest, serverSeed: number): string {
  const material = lastText(request, "user");
  const parts = partsOf(material);
  // The material has a boundary drawn at random: the same answer is not always misjudged.
  const luck = chance(serverSeed, `${request.seed} ${material}`);
  const reply = (schema: Readonly<Record<string, unknown>>, withDocuments: boolean) => {
    const fault = withDocuments ? unsupported(parts) : beside(parts);
    const errs = luck.draw("judge") < noise;
    const good = (fault === undefined) !== errs;
    const reason = errs
      ? "The wording suggests so."
      : (fault ?? "The answer agrees with what was compared.");
    return filled(schema, good, `Simulated judge: ${reason}`);
  };
  const schema = request.schema ?? {};
  const criteria = Object.entries(record(schema["properties"])).filter(
    ([, member]) => record(member)["type"] === "object",
  );
  if (criteria.length === 0) return JSON.stringify(reply(schema, parts.has("context")));
  return JSON.stringify(
    Object.fromEntries(
      criteria.map(([name, member]) => [name, reply(record(member), name === "groundedness")]),
    ),
  );
}

/** The parts of the material by their names: lines `<BOUNDARY begin NAME>` and `<BOUNDARY end NAME>`. */
function partsOf(material: string): ReadonlyMap<string, string> {
  const boundary = /boundary is (\S+)/i.exec(material)?.[1] ?? "";
  const parts = new Map<string, string>();
  let name: string | undefined;
  for (const line of material.split("\n")) {
    const mark = line.startsWith(`<${boundary} `) && line.endsWith(">");
    const [verb, part] = mark ? line.slice(boundary.length + 2, -1).split(" ") : [];
    if (verb === "begin" && part !== undefined) {
      name = part;
      parts.set(part, parts.get(part) ?? "");
    } else if (verb === "end") name = undefined;
    else if (name !== undefined) parts.set(name, `${parts.get(name) ?? ""}${line}\n`);
  }
  return parts;
}

type Parts = ReadonlyMap<string, string>;

function beside(parts: Parts): string | undefined {
  const share = overlap(parts.get("input_text") ?? "", parts.get("output_text") ?? "");
  return share >= 0.2 ? undefined : "the answer has next to no word of the question.";
}

function unsupported(parts: Parts): string | undefined {
  const known = `${parts.get("context") ?? ""} ${parts.get("input_text") ?? ""}`;
  const knownNumbers = new Set(numbersIn(known));
  for (const sentence of sentencesOf(parts.get("output_text") ?? "")) {
    const number = numbersIn(sentence).find((found) => !knownNumbers.has(found));
    if (number !== undefined) return `the documents do not have the number ${number}.`;
    const claims = contentWords(sentence).size >= 4;
    if (claims && overlap(sentence, known) < 0.5) {
      return `the documents do not support "${sentence.slice(0, 80)}".`;
    }
  }
  return undefined;
}

/** An object that the schema asks for: choices get the verdict, other texts the reason. */
function filled(
  schema: Readonly<Record<string, unknown>>,
  good: boolean,
  reason: string,
): Record<string, unknown> {
  const fields = Object.entries(record(schema["properties"]));
  if (fields.length === 0) return { verdict: good ? "good" : "bad", rationale: reason };
  return Object.fromEntries(
    fields.map(([name, field]) => [name, value(record(field), good, reason)]),
  );
}

function value(field: Readonly<Record<string, unknown>>, good: boolean, reason: string): unknown {
  const choices = field["enum"];
  if (Array.isArray(choices)) return good ? choices[0] : choices.at(-1);
  if (field["type"] === "boolean") return good;
  if (field["type"] === "number" || field["type"] === "integer") return good ? 1 : 0;
  return reason;
}
