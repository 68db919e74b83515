import { GenAiFetchInstrumentation } from "./fetch-instrumentation.js";
import { startSdk, stopWithProcess } from "./sdk.js";

/**
 * Sets up OpenTelemetry for this process and records its model calls.
 * @param require resolves the SDK's package
 * @throws what `require` and the SDK throw
 */
export function start(require: NodeJS.Require): void {
  if (process.env["OTEL_SDK_DISABLED"]?.trim().toLowerCase() === "true") return;
  const instrumentation = new GenAiFetchInstrumentation({ enabled: false });
  const sdk = startSdk(require, instrumentation);
  // Only now: where the SDK cannot be started nothing of the application is touched.
  instrumentation.enable();
  const shutdown = (): Promise<void> => {
    instrumentation.endCalls();
    return sdk.shutdown();
  };
  stopWithProcess({ shutdown }, process);
}
