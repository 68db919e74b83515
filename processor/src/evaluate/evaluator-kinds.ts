import { checks } from "./checks/checks.js";
import type { CheckKind } from "./checks/code-check.js";
import type { EvaluatorConfig } from "./evaluator-config.js";

/** What an evaluator is: code of Calibrant's, code of the user's, or a model that judges. */
export type EvaluatorForm = "check" | "module" | "judge";

/** The model of a judge for which the configuration names none. */
export const standardModel = "default";

/** The check that runs under this name; undefined when the evaluator is none. */
export function checkOf(name: string, { check, module }: EvaluatorConfig): CheckKind | undefined {
  if (module !== undefined) return undefined;
  return checks.find((candidate) => candidate.name === (check ?? name));
}

export function formOf(name: string, settings: EvaluatorConfig): EvaluatorForm {
  if (settings.module !== undefined) return "module";
  return settings.check !== undefined || checkOf(name, settings) !== undefined ? "check" : "judge";
}
