import type { Fault } from "../../kernel/faults.js";
import { checks } from "../checks/checks.js";
import type { EvaluatorConfig } from "../evaluator-config.js";
import { checkOf } from "../evaluator-kinds.js";

/** A check that is not there, and options that it does not take. */
export function checkFaults(name: string, settings: EvaluatorConfig, path: string): Fault[] {
  const kind = checkOf(name, settings);
  if (kind === undefined) {
    const known = checks.map((one) => one.name).join(", ");
    const message = `there is no check "${settings.check}"; known are ${known}`;
    return [{ path: `${path}.check`, message }];
  }
  return kind.faults(settings.options ?? {}).map(({ path: place, message }) => ({
    path: place === "" ? `${path}.options` : `${path}.options.${place}`,
    message,
  }));
}
