import type { Evaluator } from "../evaluator.js";
import { evaluatorVersion } from "../evaluator-version.js";
import { inapplicable } from "./inapplicable.js";
import type { JudgeCall } from "./judge-call.js";
import type { NamedRubric } from "./rubric.js";

export interface JudgeOptions extends NamedRubric {
  /** Its name in the configuration. */
  readonly model: string;
  /** How the model is asked, for this rubric or for several together. */
  readonly call: JudgeCall;
}

/** An evaluator that asks a model about one rubric. A call that fails is `failed`, never a score. */
export function judge({ name, rubric, model, call }: JudgeOptions): Evaluator {
  const evaluator: Evaluator = {
    name,
    kind: "llm",
    version: evaluatorVersion([name, rubric.scale, call.identity]),
    subject: rubric.subject,
    lane: `${rubric.subject === "conversation" ? "conversations" : "model"} ${model}`,
    paid: true,
    together: call,
    inapplicable: (interaction) => inapplicable(interaction, rubric),
    evaluate: async (interaction, signal) => {
      const [verdict] = await call.evaluate([evaluator], interaction, signal);
      if (verdict === undefined) throw new Error(`the call does not know ${name}`);
      return verdict;
    },
  };
  return evaluator;
}
