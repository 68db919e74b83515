import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface SinkSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  /** Of the resource. */
  readonly service: string;
  readonly release: string;
  readonly error: boolean;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Takes spans as OTLP/HTTP with JSON and keeps them. */
export interface OtlpSink {
  readonly url: string;
  readonly spans: SinkSpan[];
  close(): Promise<void>;
}

interface KeyValue {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface WireSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly status?: { readonly code?: number };
  readonly attributes?: readonly KeyValue[];
}

interface WireRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeSpans: readonly { readonly spans: readonly WireSpan[] }[];
  }[];
}

export async function startOtlpSink(): Promise<OtlpSink> {
  const spans: SinkSpan[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      if (request.url === "/v1/traces") {
        spans.push(...read(JSON.parse(Buffer.concat(pieces).toString()) as WireRequest));
      }
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function read({ resourceSpans }: WireRequest): SinkSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const resourceAttributes = attributesOf(resource.attributes);
    return scopeSpans.flatMap((scope) =>
      scope.spans.map((span) => ({
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId ?? "",
        name: span.name,
        service: String(resourceAttributes["service.name"]),
        release: String(resourceAttributes["service.version"]),
        error: span.status?.code === 2,
        attributes: attributesOf(span.attributes ?? []),
      })),
    );
  });
}

function attributesOf(pairs: readonly KeyValue[]): Record<string, unknown> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, valueOf(value)]));
}

function valueOf(value: Readonly<Record<string, unknown>>): unknown {
  const list = value["arrayValue"] as { readonly values?: readonly Record<string, unknown>[] };
  return list === undefined ? Object.values(value)[0] : (list.values ?? []).map(valueOf);
}
