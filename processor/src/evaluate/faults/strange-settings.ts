import type { Fault } from "../../kernel/faults.js";
import type { EvaluatorConfig } from "../evaluator-config.js";
import type { EvaluatorForm } from "../evaluator-kinds.js";

/** Which evaluators have a setting; those that all have, and those with a default, are not named. */
const owners: Readonly<Partial<Record<keyof EvaluatorConfig, readonly EvaluatorForm[]>>> = {
  check: ["check"],
  rubric: ["judge"],
  model: ["judge"],
  samples: ["judge"],
  cascade: ["judge"],
  batch: ["judge"],
  module: ["module"],
  options: ["check", "module"],
  timeout: ["module"],
  memory: ["module"],
  threads: ["module"],
};

/** Settings that say nothing about an evaluator of this form. */
export function strangeSettings(
  form: EvaluatorForm,
  settings: EvaluatorConfig,
  path: string,
): Fault[] {
  const { daily_usd: daily, monthly_usd: monthly } = settings.budget;
  const spends = form === "judge" || (daily === null && monthly === null);
  const budget = spends ? [] : [{ path: `${path}.budget`, message: `a ${form} costs nothing` }];
  const strange = Object.entries(owners).flatMap(([setting, forms]) => {
    const given = settings[setting as keyof EvaluatorConfig] !== undefined;
    if (!given || forms.includes(form)) return [];
    const message = `a ${form} has none; it belongs to a ${forms.join(" or a ")}`;
    return [{ path: `${path}.${setting}`, message }];
  });
  return [...strange, ...budget];
}
