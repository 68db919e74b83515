import { core, logs, NodeSDK, tracing } from "@opentelemetry/sdk-node";
import {
  InteractionLogRecordProcessor,
  InteractionPropagator,
  InteractionSpanProcessor,
} from "#instrumentation/index.js";
import type { BaggagePolicy } from "#instrumentation/index.js";

export interface InteractionSdk {
  /** Spans that have ended, oldest first. */
  spans(): tracing.ReadableSpan[];
  readonly logger: ReturnType<logs.LoggerProvider["getLogger"]>;
  records(): logs.ReadableLogRecord[];
  reset(): void;
  stop(): Promise<void>;
}

/** Sets up OpenTelemetry in this process as an application does that has an SDK of its own. */
export function startInteractionSdk(policy: BaggagePolicy = {}): InteractionSdk {
  const spans = new tracing.InMemorySpanExporter();
  const records = new logs.InMemoryLogRecordExporter();
  const sdk = new NodeSDK({
    spanProcessors: [new InteractionSpanProcessor(), new tracing.SimpleSpanProcessor(spans)],
    logRecordProcessors: [],
    textMapPropagator: new InteractionPropagator(
      new core.CompositePropagator({
        propagators: [new core.W3CTraceContextPropagator(), new core.W3CBaggagePropagator()],
      }),
      policy,
    ),
    metricReaders: [],
    autoDetectResources: false,
  });
  sdk.start();
  const provider = new logs.LoggerProvider({
    processors: [
      new InteractionLogRecordProcessor(),
      new logs.SimpleLogRecordProcessor({ exporter: records }),
    ],
  });
  return {
    logger: provider.getLogger("application"),
    spans: () => spans.getFinishedSpans(),
    records: () => records.getFinishedLogRecords(),
    reset: () => {
      spans.reset();
      records.reset();
    },
    stop: async () => {
      await sdk.shutdown();
      await provider.shutdown();
    },
  };
}
