import { checks } from "./checks/checks.js";
import type { EvaluateConfig } from "./evaluate-config.js";
import { evaluatorConfig, type EvaluatorConfig } from "./evaluator-config.js";
import type { Rubric } from "./judges/rubric.js";

const standardJudges = ["relevance", "groundedness"];
const unchanged = evaluatorConfig.parse({});

/** The settings of all evaluators by name: the standard ones, and those that the configuration adds. */
export function evaluatorConfigs(config: EvaluateConfig): [string, EvaluatorConfig][] {
  const standardChecks = checks.filter((check) => check.standard).map(({ name }) => name);
  const standard = [...standardChecks, ...standardJudges];
  return Object.entries({
    ...Object.fromEntries(standard.map((name) => [name, unchanged])),
    ...config.evaluators,
  });
}

/** The rubrics of the evaluators that judge. */
export function rubricsOfJudges(
  config: EvaluateConfig,
  rubrics: ReadonlyMap<string, Rubric>,
): ReadonlyMap<string, Rubric> {
  return new Map(
    evaluatorConfigs(config).flatMap(([name, { enabled, rubric }]): [string, Rubric][] => {
      const judged = rubrics.get(rubric ?? name);
      return enabled && judged !== undefined ? [[name, judged]] : [];
    }),
  );
}
