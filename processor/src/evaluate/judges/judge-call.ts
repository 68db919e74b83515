import type { Clock } from "../../kernel/clock.js";
import { CalibrantError } from "../../kernel/errors.js";
import type { PendingInteraction } from "../../model/ports.js";
import { noUsage, type Evaluator, type Together, type Usage, type Verdict } from "../evaluator.js";
import type { ModelAnswer } from "../models/model-answer.js";
import type { JudgeModel } from "../models/model-client.js";
import { answerSchema, readVerdicts } from "./judge-output.js";
import { materialPrompt, promptRevision, staticPrompt } from "./judge-prompt.js";
import type { JudgedCharacters } from "./judge-sections.js";
import { weighed } from "./log-probabilities.js";
import { judgedFields, type NamedRubric, type Rubric } from "./rubric.js";

export interface JudgeCallOptions {
  /** All of one subject. */
  readonly rubrics: readonly NamedRubric[];
  readonly model: JudgeModel;
  readonly limits: JudgedCharacters;
  readonly clock: Clock;
  /** A fresh random word at every call. */
  readonly drawBoundary: () => string;
}

/** One call to a model that judges by one rubric, or by those of several that are asked for. */
export interface JudgeCall extends Together {
  /** What decides verdicts, the same whichever of the rubrics are asked for (decision 12). */
  readonly identity: readonly unknown[];
}

interface ShownAnswer extends ModelAnswer {
  /** What was left out of the material, for the reader of the verdict. */
  readonly shortened: string;
}

export function createJudgeCall(options: JudgeCallOptions): JudgeCall {
  const { rubrics, model, limits, clock, drawBoundary } = options;
  const joined = rubrics.length > 1;
  const subject = rubrics[0]?.rubric.subject ?? "interaction";
  const instructions = staticPrompt(rubrics, subject);

  const ask = async (
    asked: readonly NamedRubric[],
    evaluators: readonly Evaluator[],
    interaction: PendingInteraction,
    signal: AbortSignal,
  ): Promise<ShownAnswer> => {
    const shown = fieldsOf(asked);
    const parts = Object.fromEntries(shown.map((field) => [field, interaction[field]]));
    const criteria = joined ? asked.map(({ name }) => name) : [];
    const material = materialPrompt(parts, limits, drawBoundary, { subject, criteria });
    const schemaName = joined ? "verdicts" : (asked[0]?.rubric.name ?? "verdict");
    const schema = answerSchema(asked, joined);
    const about = { parts, interactionId: interaction.interaction_id, evaluators };
    const request = { instructions, material: material.text, schemaName, schema, about };
    return { ...(await model.ask(request, signal)), shortened: material.shortened };
  };

  return {
    identity: [
      model.identity,
      promptRevision,
      instructions,
      fieldsOf(rubrics).map((field) => [field, limits[field]]),
      answerSchema(rubrics, joined),
    ],
    evaluate: async (evaluators, interaction, signal) => {
      const names = new Set(evaluators.map(({ name }) => name));
      // The order of the instructions, whatever the order in which they are asked for.
      const asked = rubrics.filter(({ name }) => names.has(name));
      const begun = clock.now();
      let usage: Usage = noUsage;
      const verdicts = new Map<string, Verdict>();
      try {
        const received = await ask(asked, evaluators, interaction, signal);
        usage = received.usage;
        const read = readVerdicts(wholeText(received), asked, joined);
        for (const [index, named] of asked.entries()) {
          const part = shareOf(usage, index, asked.length);
          const path = joined ? [named.name, "verdict"] : ["verdict"];
          verdicts.set(named.name, verdictOf(read[index], named.rubric, received, path, part));
        }
      } catch (error) {
        signal.throwIfAborted();
        const latency_ms = usage === noUsage ? clock.now() - begun : usage.latency_ms;
        for (const [index, { name }] of asked.entries()) {
          verdicts.set(name, failed(error, shareOf({ ...usage, latency_ms }, index, asked.length)));
        }
      }
      return evaluators.flatMap(({ name }) => verdicts.get(name) ?? []);
    },
  };
}

function fieldsOf(rubrics: readonly NamedRubric[]) {
  return judgedFields.filter((field) =>
    rubrics.some(({ rubric }) => [...rubric.required, ...rubric.optional].includes(field)),
  );
}

/** @param path the keys that lead to the verdict in the answer */
function verdictOf(
  read: ReturnType<typeof readVerdicts>[number] | undefined,
  rubric: Rubric,
  received: ShownAnswer,
  path: readonly string[],
  usage: Usage,
): Verdict {
  if (read === undefined || read instanceof CalibrantError) return failed(read, usage);
  const explanation = read.explanation + received.shortened;
  const weights = weighed(received, path, rubric.scale, read.label);
  const judgement = { ...read, explanation, confidence: null, ...weights };
  return { outcome: "scored", ...judgement, usage, model: received.model };
}

/** What one of several verdicts took: all shares together are what the call took, but for its time. */
function shareOf(usage: Usage, index: number, count: number): Usage {
  const part = (whole: number): number =>
    Math.floor(whole / count) + (index < whole % count ? 1 : 0);
  return {
    cost_usd: usage.cost_usd === null ? null : usage.cost_usd / count,
    input_tokens: part(usage.input_tokens),
    output_tokens: part(usage.output_tokens),
    latency_ms: usage.latency_ms,
  };
}

function wholeText(answer: ModelAnswer): string {
  if (answer.problem !== undefined) {
    throw new CalibrantError("JUDGE_INVALID_OUTPUT", answer.problem);
  }
  return answer.text;
}

function failed(error: unknown, usage: Usage): Verdict {
  if (!(error instanceof CalibrantError)) throw error;
  const cost_usd = isFree(error, usage) ? 0 : usage.cost_usd;
  const reason = `${error.code}: ${error.message}`;
  return { outcome: "failed", reason, usage: { ...usage, cost_usd } };
}

/** A server that refuses, or answers with a failure, took no tokens; one that was given up may have. */
function isFree({ code, message }: CalibrantError, usage: Usage): boolean {
  if (usage.cost_usd !== null || totalTokens(usage) > 0) return false;
  return code === "JUDGE_REFUSED" || (code === "JUDGE_UNAVAILABLE" && /^[45]\d\d /.test(message));
}

function totalTokens({ input_tokens, output_tokens }: Usage): number {
  return input_tokens + output_tokens;
}
