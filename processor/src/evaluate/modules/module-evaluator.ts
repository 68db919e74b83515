import type { Clock } from "../../kernel/clock.js";
import type { Logger } from "../../kernel/logger.js";
import { noUsage, type Evaluator, type Verdict } from "../evaluator.js";
import { evaluatorVersion } from "../evaluator-version.js";
import type { OwnModule } from "./create-thread.js";
import { createModuleRunner, type TimedAnswer } from "./module-runner.js";
import { contentOf } from "./module-sources.js";

export interface ModuleEvaluatorOptions {
  readonly name: string;
  readonly module: OwnModule;
  /** Longest time, in milliseconds, that one call may take. */
  readonly timeout: number;
  readonly clock: Clock;
  readonly logger?: Logger | undefined;
  readonly random?: (() => number) | undefined;
}

/** An evaluator of the user's own. Its thread is started at the first call. */
export function moduleEvaluator(options: ModuleEvaluatorOptions): Evaluator {
  const { name, module, random = Math.random } = options;
  let version = versionOf(module);
  const runner = createModuleRunner({
    ...options,
    random,
    onLoad: () => {
      version = versionOf(module);
    },
  });
  return {
    name,
    kind: "code",
    get version() {
      return version;
    },
    lane: `module ${name}`,
    paid: false,
    inapplicable: () => undefined,
    evaluate: async (interaction, signal) => verdictOf(await runner.ask(interaction, signal)),
    close: () => runner.close(),
  };
}

function versionOf({ file, options }: OwnModule): string {
  return evaluatorVersion(["module", contentOf(file), options]);
}

function verdictOf(answer: TimedAnswer): Verdict {
  const usage = { ...noUsage, cost_usd: 0, latency_ms: answer.latency };
  switch (answer.kind) {
    case "scored": {
      const { score, label, explanation } = answer;
      return { outcome: "scored", score, label, explanation, confidence: null, usage };
    }
    case "skipped":
      return { outcome: "skipped", reason: answer.reason, usage };
    case "failed":
    default:
      return { outcome: "failed", reason: `EVALUATOR_FAILED: ${answer.reason}`, usage };
  }
}
