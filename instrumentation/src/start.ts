import { GenAiFetchInstrumentation } from "./fetch-instrumentation.js";
import { redactFromEnvironment } from "./redact-module.js";
import { startSdk, stopWithProcess } from "./sdk.js";

/**
 * Sets up OpenTelemetry for this process and records its model calls.
 * @param require resolves the SDK's package
 * @throws what `require`, the SDK and `redactFromEnvironment` throw
 */
export function start(require: NodeJS.Require): void {
  if (process.env["OTEL_SDK_DISABLED"]?.trim().toLowerCase() === "true") return;
  const redact = redactFromEnvironment();
  const instrumentation = new GenAiFetchInstrumentation({
    enabled: false,
    ...(redact === undefined ? {} : { redact }),
  });
  const sdk = startSdk(require, instrumentation);
  // Only now: where the SDK cannot be started nothing of the application is touched.
  instrumentation.enable();
  const shutdown = (): Promise<void> => {
    instrumentation.endCalls();
    return sdk.shutdown();
  };
  stopWithProcess({ shutdown }, process);
}
