import { randomInt } from "node:crypto";
import type { Clock } from "../kernel/clock.js";
import { CalibrantError } from "../kernel/errors.js";
import { MemoryPool } from "../kernel/memory-pool.js";
import type { Decoder, Redactor, RequestEncoding } from "../model/ports.js";
import { Attributes } from "./attributes.js";
import { BlockSet } from "./block-set.js";
import { countDataPoints } from "./data-points.js";
import type { DecodeConfig } from "./decode-config.js";
import { JsonToWire } from "./json-to-wire.js";
import { LogColumns } from "./log-columns.js";
import { LogDecoder } from "./log-decoder.js";
import { logsRequest, metricsRequest, tracesRequest, type Message } from "./otlp-schema.js";
import { RequestDecoder, type FieldNames } from "./request-decoder.js";
import { ResourceContext, ScopeContext } from "./resource-context.js";
import { RedactingTextWriter } from "./redacting-text-writer.js";
import { SpanDecoder } from "./span-decoder.js";
import { PlainTextWriter } from "./text-writer.js";
import { TraceColumns } from "./trace-columns.js";
import { ValueWriter } from "./value-writer.js";
import { locate } from "./wire-location.js";
import { WireFault, WireReader } from "./wire-reader.js";

export interface DecoderOptions {
  readonly config: DecodeConfig;
  /** Gives the time of log records that have none. */
  readonly clock: Clock;
  /** Takes out what must not be stored. */
  readonly redactor?: Redactor | undefined;
  /** Seeds the hash of attribute keys; no result depends on it. */
  readonly seed?: number;
}

const fieldNames: Readonly<
  Record<"traces" | "logs", Readonly<Record<RequestEncoding, FieldNames>>>
> = {
  traces: {
    protobuf: { resources: "resource_spans", scopes: "scope_spans", items: "spans" },
    json: { resources: "resourceSpans", scopes: "scopeSpans", items: "spans" },
  },
  logs: {
    protobuf: { resources: "resource_logs", scopes: "scope_logs", items: "log_records" },
    json: { resources: "resourceLogs", scopes: "scopeLogs", items: "logRecords" },
  },
};

/**
 * OTLP requests to columns: wire bytes are read where they lie and copied into the columns of
 * ClickHouse Native blocks, without objects for messages or strings for values. JSON is rewritten
 * as wire bytes first. The tables and their contents are those of the Collector's ClickHouse
 * exporter.
 */
export function createDecoder(options: DecoderOptions): Decoder {
  const { config, clock, redactor, seed = randomInt(2 ** 31) } = options;
  const reader = new WireReader();
  const memory = new MemoryPool();
  const texts = redactor === undefined ? new PlainTextWriter() : new RedactingTextWriter(redactor);
  const values = new ValueWriter(config, texts);
  const attributes = new Attributes(config, values, texts, seed);
  const shared = {
    limits: config,
    reader,
    resource: new ResourceContext(config, attributes, values, texts),
    scope: new ScopeContext(config, attributes, texts),
  };
  const spans = new RequestDecoder({
    ...shared,
    items: new SpanDecoder(config, attributes, texts),
    blocks: new BlockSet(
      "otel.otel_traces",
      config,
      memory,
      () => new TraceColumns(config.decoded_size),
    ),
  });
  const logItems = new LogDecoder(attributes, values, texts);
  const logs = new RequestDecoder({
    ...shared,
    items: logItems,
    blocks: new BlockSet(
      "otel.otel_logs",
      config,
      memory,
      () => new LogColumns(config.decoded_size),
    ),
  });

  const toWire = (body: Uint8Array, encoding: RequestEncoding, root: Message): Uint8Array => {
    if (encoding === "protobuf") return body;
    const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
    return new JsonToWire(bytes, config.decoded_size).convert(root);
  };

  return {
    traces: (body, encoding) => {
      const wire = toWire(body, encoding, tracesRequest);
      return located(tracesRequest, wire, () => spans.decode(wire, fieldNames.traces[encoding]));
    },
    logs: (body, encoding) => {
      const wire = toWire(body, encoding, logsRequest);
      logItems.receivedAt(clock.now());
      return located(logsRequest, wire, () => logs.decode(wire, fieldNames.logs[encoding]));
    },
    metrics: (body, encoding) => {
      const wire = toWire(body, encoding, metricsRequest);
      return located(metricsRequest, wire, () => countDataPoints(reader, wire));
    },
  };
}

/** Gives a fault in the wire bytes the path of the field that it is in. */
function located<Result>(root: Message, body: Uint8Array, decode: () => Result): Result {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof WireFault)) throw error;
    const path = locate(root, body, error.offset);
    const place = path === "" ? `byte ${error.offset}` : `${path} (byte ${error.offset})`;
    throw new CalibrantError(
      "REQUEST_MALFORMED",
      `the protobuf body is malformed at ${place}: ${error.message}`,
      { cause: error },
    );
  }
}
