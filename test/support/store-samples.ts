import type { Evaluation } from "#processor/model/evaluation.js";
import type { Feedback } from "#processor/model/feedback.js";
import type { Interaction, ModelCall } from "#processor/model/interaction.js";
import type { RawSpan } from "#processor/model/telemetry.js";
import { storeTime, type StoreClient } from "#processor/store/client.js";
import type { Samples } from "./sample-interactions.js";

/** Puts samples into the tables, as the rooms that own them would. */
export async function insertSamples(client: StoreClient, samples: Partial<Samples>): Promise<void> {
  await client.insert("calibrant.interactions", (samples.interactions ?? []).map(interactionRow));
  await client.insert("calibrant.model_calls", (samples.modelCalls ?? []).map(callRow));
  await client.insert("otel.otel_traces", (samples.spans ?? []).map(spanRow));
  await client.insert("calibrant.evaluations", (samples.evaluations ?? []).map(evaluationRow));
  await client.insert("calibrant.feedback", (samples.feedback ?? []).map(feedbackRow));
}

function interactionRow(interaction: Interaction): object {
  return {
    ...interaction,
    started_at: storeTime(interaction.started_at),
    arrived_at: storeTime(interaction.arrived_at),
    revision: 1,
    content_hash: "0".repeat(64),
  };
}

function callRow(call: ModelCall): object {
  return { ...call, started_at: storeTime(call.started_at), revision: 1 };
}

function evaluationRow(evaluation: Evaluation): object {
  return { ...evaluation, evaluated_at: storeTime(evaluation.evaluated_at) };
}

function feedbackRow(event: Feedback): object {
  return {
    ...event,
    received_at: storeTime(event.received_at),
    occurred_at: storeTime(event.occurred_at),
  };
}

function spanRow(span: RawSpan): object {
  return {
    Timestamp: nanoTime(span.start),
    TraceId: span.traceId,
    SpanId: span.spanId,
    ParentSpanId: span.parentSpanId,
    SpanName: span.name,
    SpanKind: span.kind,
    ServiceName: span.serviceName,
    ScopeName: span.scopeName,
    ScopeVersion: span.scopeVersion,
    ResourceAttributes: Object.fromEntries(span.resource),
    SpanAttributes: Object.fromEntries(span.attributes),
    Duration: String(span.duration),
    StatusCode: span.statusCode,
    StatusMessage: span.statusMessage,
    "Events.Timestamp": span.events.map((event) => nanoTime(event.time)),
    "Events.Name": span.events.map((event) => event.name),
    "Events.Attributes": span.events.map((event) => Object.fromEntries(event.attributes)),
  };
}

function nanoTime(nanoseconds: bigint): string {
  return (
    storeTime(Number(nanoseconds / 1_000_000n)) + String(nanoseconds % 1_000_000n).padStart(6, "0")
  );
}
