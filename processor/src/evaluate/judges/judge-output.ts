import { CalibrantError } from "../../kernel/errors.js";
import type { Judgement } from "../evaluator.js";
import type { Rubric } from "./rubric.js";

const longestRationale = 2_000;

/** JSON Schema of a judge's answer, in the subset that strict structured output accepts. */
export function verdictSchema(rubric: Rubric): Record<string, unknown> {
  return {
    type: "object",
    properties: {
      verdict: { type: "string", enum: rubric.scale.map(({ label }) => label) },
      rationale: { type: "string" },
    },
    required: ["verdict", "rationale"],
    additionalProperties: false,
  };
}

/**
 * What a judge's answer says. Only a label of the scale is a verdict: nothing is guessed.
 * @throws CalibrantError JUDGE_INVALID_OUTPUT
 */
export function readVerdict(answer: string, rubric: Rubric): Judgement {
  const value = onlyObjectIn(answer);
  const { verdict, rationale } = value;
  const step = rubric.scale.find(({ label }) => label === verdict);
  if (step === undefined) {
    const labels = rubric.scale.map(({ label }) => label).join(", ");
    throw invalid(`the verdict ${quoted(verdict)} is not one of ${labels}`);
  }
  if (rationale !== undefined && typeof rationale !== "string") {
    throw invalid(`the rationale is not text: ${quoted(rationale)}`);
  }
  return {
    score: step.score,
    label: step.label,
    explanation: (rationale ?? "").slice(0, longestRationale),
  };
}

/**
 * The one JSON object of an answer. Servers without structured output wrap it in prose, code
 * fences or a thinking block. Two objects are no answer: a judge that quotes the material could
 * otherwise be made to say anything.
 */
function onlyObjectIn(answer: string): Record<string, unknown> {
  const text = withoutThinking(answer).trim();
  if (text === "") throw invalid("the answer is empty");
  const found = objectsIn(text);
  const [only] = found;
  if (found.length > 1) throw invalid(`there are ${found.length} JSON objects: ${quoted(text)}`);
  if (only === undefined) throw invalid(`there is no JSON object: ${quoted(text)}`);
  return only;
}

function withoutThinking(answer: string): string {
  const end = answer.lastIndexOf("</think>");
  return answer.trimStart().startsWith("<think>") && end >= 0
    ? answer.slice(end + "</think>".length)
    : answer;
}

/** The outermost JSON objects of a text, in time linear in its length. */
function objectsIn(text: string): Record<string, unknown>[] {
  const found: Record<string, unknown>[] = [];
  let depth = 0;
  let begin = 0;
  let quoting = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (quoting) {
      if (character === "\\") at++;
      else if (character === '"') quoting = false;
    } else if (character === '"' && depth > 0) quoting = true;
    else if (character === "{") {
      if (depth++ === 0) begin = at;
    } else if (character === "}" && depth > 0 && --depth === 0) {
      const object = parsed(text.slice(begin, at + 1));
      if (object !== undefined) found.push(object);
    }
  }
  return found;
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function invalid(message: string): CalibrantError {
  return new CalibrantError("JUDGE_INVALID_OUTPUT", message);
}

function quoted(value: unknown): string {
  return (JSON.stringify(value) ?? "undefined").slice(0, 120);
}
