import { propagation, type TextMapPropagator } from "@opentelemetry/api";
import {
  InteractionLogRecordProcessor,
  InteractionSpanProcessor,
} from "./interaction-processors.js";
import { InteractionPropagator } from "./interaction-propagator.js";

/**
 * Adds the processors and the propagator of interactions to an SDK that has been started as the
 * OTEL_* variables say. The SDK has no other way to add to those: where a version of it keeps them
 * elsewhere, spans have no marks but those of `withInteraction` itself.
 */
export function joinInteractions(sdk: object): void {
  const spans = listAt(sdk, "_tracerProvider", "_activeSpanProcessor", "_spanProcessors");
  spans?.unshift(new InteractionSpanProcessor());
  const logs = listAt(sdk, "_loggerProvider", "_sharedState", "activeProcessor", "processors");
  logs?.unshift(new InteractionLogRecordProcessor());
  const current = valueAt(propagation, "_getGlobalPropagator");
  if (typeof current !== "function") return;
  const propagator = current.call(propagation) as TextMapPropagator;
  propagation.disable();
  propagation.setGlobalPropagator(new InteractionPropagator(propagator));
}

function listAt(start: unknown, ...path: readonly string[]): unknown[] | undefined {
  const found = path.reduce(valueAt, start);
  return Array.isArray(found) ? found : undefined;
}

function valueAt(owner: unknown, name: string): unknown {
  return (owner as Readonly<Record<string, unknown>> | undefined)?.[name];
}
