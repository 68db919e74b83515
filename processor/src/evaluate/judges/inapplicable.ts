import type { PendingInteraction } from "../../model/ports.js";
import { emptyAnswer } from "../checks/empty-answer.js";
import { nothingToJudge } from "../rules/nothing-to-judge.js";
import type { JudgedField, Rubric } from "./rubric.js";

const missing: Readonly<Record<JudgedField, string>> = {
  system_text: "no system prompt",
  conversation: "no conversation",
  previous_output: "no previous answer",
  input_text: "no input",
  context: "no retrieved context",
  tool_definitions: "no tool definitions",
  tool_uses: "no tool uses",
  reference: "no reference",
  output_text: "no output",
};

/** Why a rubric has nothing to say about an interaction; undefined when it has. */
export function inapplicable(interaction: PendingInteraction, rubric: Rubric): string | undefined {
  const nothing =
    rubric.subject === "conversation"
      ? tooLittle(interaction, rubric)
      : nothingToJudge(interaction);
  if (nothing !== undefined) return nothing;
  const lacking = rubric.required.find((field) => (interaction[field]?.length ?? 0) === 0);
  if (lacking !== undefined) return missing[lacking];
  // Judges are easily fooled by answers that say nothing; code is not.
  const screened = rubric.required.includes("output_text") && emptyAnswer.judge(interaction).score;
  return screened === 0 ? "screened: empty answer" : undefined;
}

/** A conversation may end with a turn that failed: that is part of it. */
function tooLittle({ conversation = [] }: PendingInteraction, rubric: Rubric): string | undefined {
  const captured = conversation.some(({ user, assistant }) => user !== "" || assistant !== "");
  if (conversation.length > 0 && !captured) return "no content captured";
  const turns = conversation.reduce((sum, { left_out: more = 0 }) => sum + more + 1, 0);
  if (turns > 0 && turns < rubric.least_turns) return `fewer than ${rubric.least_turns} turns`;
  return undefined;
}
