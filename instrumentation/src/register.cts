import type * as Start from "./start.js";
import { startFailure } from "./start-failure.js";

/**
 * `node --require @calibrant/instrumentation/register app.cjs` sets up OpenTelemetry with the
 * standard OTEL_* variables and records model calls; `--import` comes here, too. However often and
 * by whichever flag it is asked for, a process starts once. Without the SDK's packages the
 * application starts all the same, with one line of warning.
 */
const registered = Symbol.for("@calibrant/instrumentation/register");
const holder = globalThis as typeof globalThis & { [registered]?: true };

if (holder[registered] !== true) {
  holder[registered] = true;
  try {
    // Not imported: a package that is missing must not end the application.
    const { start } = require("./start.js") as typeof Start;
    start(require);
  } catch (error) {
    process.stderr.write(`${startFailure(error)}\n`);
  }
}
