import { resolve } from "node:path";
import type { Fault } from "../../kernel/faults.js";
import type { EvaluateConfig } from "../evaluate-config.js";
import type { EvaluatorConfig } from "../evaluator-config.js";
import type { OwnModule } from "./create-thread.js";
import { moduleFaults } from "./module-faults.js";

const standardTimeout = 1_000;
const standardMemory = 128 * 1024 ** 2;

/** How a module is run. */
export interface ModuleSettings {
  readonly module: OwnModule;
  /** Longest time, in milliseconds, that one call may take. */
  readonly timeout: number;
  /** Interactions that it may be asked about at the same time, each in a thread. */
  readonly threads: number;
}

/** The module that an evaluator names; undefined when it names none. */
export function ownModule(settings: EvaluatorConfig): ModuleSettings | undefined {
  const { module: path, options = {}, memory = standardMemory } = settings;
  if (path === undefined) return undefined;
  const { timeout = standardTimeout, threads = 1 } = settings;
  return { module: { file: resolve(path), options, memory }, timeout, threads };
}

/** Modules that cannot be used, of evaluators that are to run here. */
export function loadFaults({ enabled, evaluators }: EvaluateConfig): Fault[] {
  const own = Object.entries(enabled ? evaluators : {}).flatMap(([name, settings]) => {
    const found = settings.enabled ? ownModule(settings) : undefined;
    return found === undefined ? [] : [{ name, module: found.module }];
  });
  const messages = moduleFaults(own.map(({ module }) => module));
  return own.flatMap(({ name }, index) => {
    const message = messages[index];
    const path = `processors.evaluate.evaluators.${name}.module`;
    return message === undefined ? [] : [{ path, message }];
  });
}
