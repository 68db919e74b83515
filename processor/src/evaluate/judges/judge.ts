import type { Clock } from "../../kernel/clock.js";
import { CalibrantError } from "../../kernel/errors.js";
import type { PendingInteraction } from "../../model/ports.js";
import { emptyAnswer } from "../checks/empty-answer.js";
import { nothingToJudge } from "../rules/nothing-to-judge.js";
import { noUsage, type Evaluator, type Usage, type Verdict } from "../evaluator.js";
import { evaluatorVersion } from "../evaluator-version.js";
import { readVerdict, verdictSchema } from "./judge-output.js";
import {
  materialPrompt,
  promptRevision,
  staticPrompt,
  type JudgedCharacters,
} from "./judge-prompt.js";
import type { ModelAnswer } from "../models/model-answer.js";
import type { JudgeModel } from "../models/model-client.js";
import { weighed } from "./log-probabilities.js";
import type { JudgedField, Rubric } from "./rubric.js";

export interface JudgeOptions {
  readonly name: string;
  readonly rubric: Rubric;
  readonly model: JudgeModel;
  readonly limits: JudgedCharacters;
  readonly clock: Clock;
  /** A fresh random word at every call. */
  readonly drawBoundary: () => string;
}

const missing: Readonly<Record<JudgedField, string>> = {
  system_text: "no system prompt",
  input_text: "no input",
  output_text: "no output",
  context: "no retrieved context",
};

/** An evaluator that asks a model about one rubric. A call that fails is `failed`, never a score. */
export function judge(options: JudgeOptions): Evaluator {
  const { name, rubric, model, limits, clock, drawBoundary } = options;
  const instructions = staticPrompt(rubric);
  const schema = verdictSchema(rubric);
  const shown = [...rubric.required, ...rubric.optional];

  const ask = (interaction: PendingInteraction, signal: AbortSignal) => {
    const parts = Object.fromEntries(shown.map((field) => [field, interaction[field]]));
    const { text, shortened } = materialPrompt(parts, limits, drawBoundary);
    const request = { instructions, material: text, schemaName: rubric.name, schema };
    return { answer: model.ask(request, signal), shortened };
  };

  return {
    name,
    kind: "llm",
    version: evaluatorVersion([
      model.identity,
      promptRevision,
      instructions,
      shown,
      limits,
      rubric.scale,
      schema,
    ]),
    lane: `model ${model.name}`,
    paid: true,
    inapplicable: (interaction) => inapplicable(interaction, rubric),
    evaluate: async (interaction, signal) => {
      const begun = clock.now();
      let usage: Usage = noUsage;
      try {
        const { answer, shortened } = ask(interaction, signal);
        const received = await answer;
        usage = received.usage;
        const verdict = readVerdict(wholeText(received), rubric);
        const explanation = verdict.explanation + shortened;
        const weights = weighed(received, ["verdict"], rubric.scale, verdict.label);
        const { model: answeredBy } = received;
        const judgement = { ...verdict, explanation, confidence: null, ...weights };
        return { outcome: "scored", ...judgement, usage, model: answeredBy };
      } catch (error) {
        signal.throwIfAborted();
        const latency_ms = usage === noUsage ? clock.now() - begun : usage.latency_ms;
        return failed(error, { ...usage, latency_ms });
      }
    },
  };
}

function inapplicable(interaction: PendingInteraction, rubric: Rubric): string | undefined {
  const nothing = nothingToJudge(interaction);
  if (nothing !== undefined) return nothing;
  const lacking = rubric.required.find((field) => interaction[field].length === 0);
  if (lacking !== undefined) return missing[lacking];
  // Judges are easily fooled by answers that say nothing; code is not.
  const screened = rubric.required.includes("output_text") && emptyAnswer.judge(interaction).score;
  return screened === 0 ? "screened: empty answer" : undefined;
}

function wholeText(answer: ModelAnswer): string {
  if (answer.problem !== undefined) {
    throw new CalibrantError("JUDGE_INVALID_OUTPUT", answer.problem);
  }
  return answer.text;
}

function failed(error: unknown, usage: Usage): Verdict {
  if (!(error instanceof CalibrantError)) throw error;
  return { outcome: "failed", reason: `${error.code}: ${error.message}`, usage };
}
