import { NodeSDK, tracing } from "@opentelemetry/sdk-node";
import { GenAiFetchInstrumentation } from "#instrumentation/index.js";
import type { GenAiFetchInstrumentationConfig } from "#instrumentation/index.js";

export interface RecordedSpans {
  readonly instrumentation: GenAiFetchInstrumentation;
  /** Spans that have ended, oldest first. */
  spans(): tracing.ReadableSpan[];
  reset(): void;
  stop(): Promise<void>;
}

/** Sets up OpenTelemetry in this process with the instrumentation, switched off at first. */
export function recordSpans(config: GenAiFetchInstrumentationConfig = {}): RecordedSpans {
  const exporter = new tracing.InMemorySpanExporter();
  const instrumentation = new GenAiFetchInstrumentation(config);
  const sdk = new NodeSDK({
    spanProcessors: [new tracing.SimpleSpanProcessor(exporter)],
    instrumentations: [instrumentation],
    metricReaders: [],
    logRecordProcessors: [],
    // A resource that is still being found out delays the export of spans.
    autoDetectResources: false,
  });
  sdk.start();
  instrumentation.disable();
  return {
    instrumentation,
    spans: () => exporter.getFinishedSpans(),
    reset: () => exporter.reset(),
    stop: async () => {
      instrumentation.disable();
      await sdk.shutdown();
    },
  };
}
