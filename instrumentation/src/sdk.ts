import { trace, ProxyTracerProvider } from "@opentelemetry/api";
import type { Instrumentation } from "@opentelemetry/instrumentation";
import type { NodeSDK } from "@opentelemetry/sdk-node";
import { joinInteractions } from "./join-interactions.js";

/**
 * Starts OpenTelemetry's SDK as the OTEL_* variables say. Traces go to OTLP by default; metrics
 * and logs only where their exporter is named.
 * @throws what `require` throws where `@opentelemetry/sdk-node` is not installed
 */
export function startSdk(require: NodeJS.Require, instrumentation: Instrumentation): NodeSDK {
  const { NodeSDK: Sdk } = require("@opentelemetry/sdk-node") as {
    NodeSDK: typeof NodeSDK;
  };
  const sdk = new Sdk({
    instrumentations: [instrumentation],
    ...(process.env["OTEL_METRICS_EXPORTER"] === undefined ? { metricReaders: [] } : {}),
    ...(process.env["OTEL_LOGS_EXPORTER"] === undefined ? { logRecordProcessors: [] } : {}),
  });
  sdk.start();
  joinInteractions(sdk);
  return sdk;
}

/**
 * Sends what is left when the process ends: at the end of its work, and at SIGTERM and SIGINT.
 * An application's own handler of a signal decides about the end; without one the signal ends the
 * process as it would have done.
 */
export function stopWithProcess(sdk: Pick<NodeSDK, "shutdown">, target: NodeJS.Process): void {
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= sdk.shutdown().catch(() => undefined);
    return stopped;
  };
  target.once("beforeExit", () => void stop());
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    const onSignal = (): void => {
      target.off(signal, onSignal);
      if (target.listenerCount(signal) > 0) {
        void flush();
        return;
      }
      void stop().then(() => target.kill(target.pid, signal));
    };
    target.on(signal, onSignal);
  }
}

async function flush(): Promise<void> {
  const provider = trace.getTracerProvider();
  const delegate = provider instanceof ProxyTracerProvider ? provider.getDelegate() : provider;
  const flushable = delegate as { forceFlush?: () => Promise<void> };
  await flushable.forceFlush?.().catch(() => undefined);
}
