import { CalibrantError } from "../../kernel/errors.js";
import type { Judgement } from "../evaluator.js";
import { invalid, onlyObjectIn, quoted } from "./only-object.js";
import type { NamedRubric, Rubric } from "./rubric.js";

const longestRationale = 2_000;

/**
 * JSON Schema of a judge's answer, in the subset that strict structured output accepts.
 * @param joined whether the call has several rubrics: then each asked for has a member by its name
 */
export function answerSchema(
  asked: readonly NamedRubric[],
  joined: boolean,
): Record<string, unknown> {
  const members = asked.map(({ name, rubric }) => [name, verdictSchema(rubric)] as const);
  const [first] = members;
  if (!joined && first !== undefined) return first[1];
  return objectSchema(Object.fromEntries(members));
}

function verdictSchema(rubric: Rubric): Record<string, unknown> {
  return objectSchema({
    verdict: { type: "string", enum: rubric.scale.map(({ label }) => label) },
    rationale: { type: "string" },
  });
}

function objectSchema(properties: Record<string, unknown>): Record<string, unknown> {
  const required = Object.keys(properties);
  return { type: "object", properties, required, additionalProperties: false };
}

/**
 * What an answer says about each rubric asked for, in their order: a judgement, or why there is
 * none. A part that is wrong takes no other with it; members that were not asked for are not read.
 * @throws CalibrantError JUDGE_INVALID_OUTPUT when the answer as a whole cannot be read
 */
export function readVerdicts(
  answer: string,
  asked: readonly NamedRubric[],
  joined: boolean,
): (Judgement | CalibrantError)[] {
  const whole = onlyObjectIn(answer);
  return asked.map(({ name, rubric }) => {
    try {
      return readVerdict(joined ? partOf(whole, name) : whole, rubric);
    } catch (error) {
      if (error instanceof CalibrantError) return error;
      throw error;
    }
  });
}

function partOf(whole: Record<string, unknown>, name: string): Record<string, unknown> {
  const part = Object.hasOwn(whole, name) ? whole[name] : undefined;
  if (part === undefined) throw invalid(`the answer says nothing about ${name}`);
  if (typeof part !== "object" || part === null || Array.isArray(part)) {
    throw invalid(`the part ${name} is not an object: ${quoted(part)}`);
  }
  return part as Record<string, unknown>;
}

/** Only a label of the scale is a verdict: nothing is guessed. */
function readVerdict({ verdict, rationale }: Record<string, unknown>, rubric: Rubric): Judgement {
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
