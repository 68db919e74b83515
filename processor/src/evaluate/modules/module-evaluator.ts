import type { Clock } from "../../kernel/clock.js";
import type { Logger } from "../../kernel/logger.js";
import { noUsage, type Evaluator, type Verdict } from "../evaluator.js";
import { evaluatorVersion } from "../evaluator-version.js";
import type { OwnModule } from "./create-thread.js";
import { createModuleRunner, type ModuleRunner, type TimedAnswer } from "./module-runner.js";
import type { ModuleSettings } from "./module-settings.js";
import { contentOf } from "./module-sources.js";

export interface ModuleEvaluatorOptions extends ModuleSettings {
  readonly name: string;
  readonly clock: Clock;
  readonly logger?: Logger | undefined;
  readonly random?: (() => number) | undefined;
}

/** An evaluator of the user's own. Its threads are started when there is something to judge. */
export function moduleEvaluator(options: ModuleEvaluatorOptions): Evaluator {
  const { name, module, threads, random = Math.random } = options;
  let version = versionOf(module);
  const onLoad = (): void => {
    version = versionOf(module);
  };
  const runners = Array.from({ length: threads }, () =>
    createModuleRunner({ ...options, random, onLoad }),
  );
  return {
    name,
    kind: "code",
    get version() {
      return version;
    },
    lane: `module ${name}`,
    paid: false,
    inapplicable: () => undefined,
    evaluate: async (interaction, signal) =>
      verdictOf(await leastBusy(runners).ask(interaction, signal)),
    close: async () => {
      await Promise.all(runners.map((runner) => runner.close()));
    },
  };
}

function leastBusy(runners: readonly ModuleRunner[]): ModuleRunner {
  return runners.reduce((best, runner) => (runner.waiting < best.waiting ? runner : best));
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
