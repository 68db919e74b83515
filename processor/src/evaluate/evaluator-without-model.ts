import { codeLane } from "./checks/code-check.js";
import type { Evaluator } from "./evaluator.js";
import { evaluatorVersion } from "./evaluator-version.js";

/** A judge whose model is not configured: it says so for every interaction or conversation and judges none. */
export function evaluatorWithoutModel(name: string, subject: Evaluator["subject"]): Evaluator {
  const reason = "no model configured";
  return {
    name,
    kind: "llm",
    version: evaluatorVersion([name, reason]),
    subject,
    lane: subject === "conversation" ? "conversations" : codeLane,
    paid: false,
    inapplicable: () => reason,
    evaluate: async () => {
      throw new Error(reason);
    },
  };
}
