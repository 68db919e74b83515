/** Runs in a thread: loads one module of the user's and answers for one interaction at a time. */
import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import { workerData } from "node:worker_threads";
import { messageOf } from "../../kernel/errors.js";
import { placeOf } from "./error-place.js";
import type { Answer, Started, ThreadData } from "./module-messages.js";
import type { Interaction, OwnEvaluator } from "./own-evaluator.js";
import { answerOf } from "./own-result.js";

const { file, options, port, started } = workerData as ThreadData;

/** Wakes whoever waits for the first message. */
function wake(): void {
  const signal = new Int32Array(started);
  Atomics.store(signal, 0, 1);
  Atomics.notify(signal, 0);
}

async function load(): Promise<OwnEvaluator | undefined> {
  const loaded = (await import(pathToFileURL(file).href)) as { default?: unknown };
  const evaluator = loaded.default as Partial<OwnEvaluator> | null | undefined;
  const { evaluate, applies } = evaluator ?? {};
  const has = typeof evaluate === "function";
  if (!has || (applies !== undefined && typeof applies !== "function")) {
    const lacking = has ? "its applies is no function" : "no function evaluate";
    const message = `has ${lacking}: expected export default { evaluate(interaction, options) { … } }`;
    port.postMessage({ kind: "refused", message, syntax: false } satisfies Started);
    return undefined;
  }
  port.postMessage({ kind: "ready", decides: applies !== undefined } satisfies Started);
  return evaluator as OwnEvaluator;
}

async function answer(evaluator: OwnEvaluator, interaction: Interaction): Promise<Answer> {
  try {
    if (evaluator.applies !== undefined && !(await evaluator.applies(interaction, options))) {
      return { kind: "skipped", reason: "does not apply" };
    }
    return answerOf(await evaluator.evaluate(interaction, options));
  } catch (error) {
    const place = placeOf(error, import.meta.url);
    const where = place === undefined ? "" : ` (${basename(place.path)}:${place.line})`;
    return { kind: "failed", reason: `${described(error)}${where}` };
  }
}

function described(error: unknown): string {
  const name = error instanceof Error && error.name !== "Error" ? `${error.name}: ` : "";
  return `${name}${messageOf(error)}`.slice(0, 400);
}

process.on("exit", wake);
try {
  const evaluator = await load();
  if (evaluator !== undefined) {
    port.on("message", (interaction: Interaction) => {
      void answer(evaluator, interaction).then((given) => port.postMessage(given));
    });
  }
} catch (error) {
  const place = placeOf(error, import.meta.url);
  const syntax = error instanceof SyntaxError;
  port.postMessage({
    kind: "refused",
    message: described(error),
    place,
    syntax,
  } satisfies Started);
}
wake();
