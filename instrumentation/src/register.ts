import { createRequire } from "node:module";
import { GenAiFetchInstrumentation } from "./fetch-instrumentation.js";
import { messageOfMissing, startSdk, stopWithProcess } from "./sdk.js";

/**
 * `node --import @calibrant/instrumentation/register app.mjs` sets up OpenTelemetry with the
 * standard OTEL_* variables and records model calls. Without the SDK's package the application
 * starts all the same, with a warning.
 */
const registered = Symbol.for("@calibrant/instrumentation/register");
const holder = globalThis as typeof globalThis & { [registered]?: true };

if (holder[registered] !== true) {
  holder[registered] = true;
  try {
    const require = createRequire(import.meta.url);
    const sdk = startSdk(require, new GenAiFetchInstrumentation());
    stopWithProcess(sdk, process);
  } catch (error) {
    process.emitWarning(messageOfMissing(error), { code: "CALIBRANT_NOT_INSTRUMENTED" });
  }
}
