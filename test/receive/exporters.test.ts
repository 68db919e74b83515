import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { OTLPLogExporter as GrpcLogExporter } from "@opentelemetry/exporter-logs-otlp-grpc";
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-http";
import { OTLPTraceExporter as GrpcTraceExporter } from "@opentelemetry/exporter-trace-otlp-grpc";
import { OTLPTraceExporter as JsonTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtoTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { logs, tracing } from "@opentelemetry/sdk-node";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { basic, testKey } from "../support/api-keys.js";
import { testReceiver } from "../support/test-receiver.js";

const resource = resourceFromAttributes({ "service.name": "shop", "service.version": "1.2.3" });

async function exportSpans(exporter: tracing.SpanExporter): Promise<void> {
  const provider = new tracing.BasicTracerProvider({
    resource,
    spanProcessors: [new tracing.BatchSpanProcessor(exporter)],
  });
  const tracer = provider.getTracer("tests", "4.5.6");
  const root = tracer.startSpan("chat", {
    kind: SpanKind.CLIENT,
    startTime: [1_795_478_400, 123_456_789],
    attributes: {
      "gen_ai.request.model": "gpt-4o-mini",
      "gen_ai.usage.input_tokens": 32,
      "gen_ai.request.temperature": 0.2,
      "gen_ai.response.finish_reasons": ["stop", "length"],
      streamed: true,
    },
  });
  root.addEvent("first_token", { index: 1 }, [1_795_478_400, 200_000_000]);
  root.addLink({ context: root.spanContext(), attributes: { why: "itself" } });
  root.setStatus({ code: SpanStatusCode.ERROR, message: "zu früh" });
  root.end([1_795_478_401, 123_456_790]);
  await provider.forceFlush();
  await provider.shutdown();
}

const expectedSpan = {
  Timestamp: 1_795_478_400_123_456_789n,
  ParentSpanId: "",
  SpanName: "chat",
  SpanKind: "Client",
  ServiceName: "shop",
  ScopeName: "tests",
  ScopeVersion: "4.5.6",
  SpanAttributes: [
    ["gen_ai.request.model", "gpt-4o-mini"],
    ["gen_ai.usage.input_tokens", "32"],
    ["gen_ai.request.temperature", "0.2"],
    ["gen_ai.response.finish_reasons", '["stop","length"]'],
    ["streamed", "true"],
  ],
  Duration: 1_000_000_001n,
  StatusCode: "Error",
  StatusMessage: "zu früh",
  "Events.Timestamp": [1_795_478_400_200_000_000n],
  "Events.Name": ["first_token"],
  "Events.Attributes": [[["index", "1"]]],
  "Links.Attributes": [[["why", "itself"]]],
};

describe("the official exporters", () => {
  it.each([
    ["JSON", JsonTraceExporter, "none", "/v1/traces"],
    ["JSON, gzip", JsonTraceExporter, "gzip", "/v1/traces"],
    ["protobuf", ProtoTraceExporter, "none", "/v1/traces"],
    ["protobuf, gzip", ProtoTraceExporter, "gzip", "/v1/traces"],
    ["Langfuse's path", ProtoTraceExporter, "none", "/api/public/otel/v1/traces"],
    ["gRPC", GrpcTraceExporter, "none", undefined],
    ["gRPC, gzip", GrpcTraceExporter, "gzip", undefined],
  ])("deliver spans: %s", async (_, Exporter, compression, path) => {
    const receiver = await testReceiver();
    vi.stubEnv("OTEL_EXPORTER_OTLP_COMPRESSION", compression);
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const url = path === undefined ? `http://${receiver.grpc}` : `${receiver.url}${path}`;
    await exportSpans(new Exporter({ url }));
    const [sent, plain] = [
      await receiver.metrics.value("calibrant.receive.bytes"),
      await receiver.metrics.value("calibrant.receive.decompressed_bytes"),
    ];
    expect(sent < plain).toBe(compression === "gzip");
    const [row, ...others] = receiver.rows("otel.otel_traces");
    expect(others).toEqual([]);
    expect(row).toMatchObject(expectedSpan);
    expect(row?.["TraceId"]).toMatch(/^[0-9a-f]{32}$/);
    expect(row?.["Links.TraceId"]).toEqual([row?.["TraceId"]]);
    expect(row?.["Links.SpanId"]).toEqual([row?.["SpanId"]]);
  });

  it("deliver spans as they do to Langfuse: at its path, with a pair of keys", async () => {
    const { key, entry } = testKey("ingest");
    const receiver = await testReceiver({ keys: [entry] });
    vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", `${receiver.url}/api/public/otel`);
    vi.stubEnv(
      "OTEL_EXPORTER_OTLP_HEADERS",
      `Authorization=${encodeURIComponent(basic("pk-lf-1", key))}`,
    );
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    await exportSpans(new ProtoTraceExporter());
    expect(receiver.rows("otel.otel_traces")).toMatchObject([expectedSpan]);
  });

  it.each(["HTTP", "gRPC"])("deliver log records: %s", async (protocol) => {
    const receiver = await testReceiver();
    const exporter =
      protocol === "HTTP"
        ? new OTLPLogExporter({ url: `${receiver.url}/v1/logs` })
        : new GrpcLogExporter({ url: `http://${receiver.grpc}` });
    const provider = new logs.LoggerProvider({
      resource,
      processors: [new logs.SimpleLogRecordProcessor({ exporter })],
    });
    provider.getLogger("tests", "4.5.6").emit({
      eventName: "gen_ai.choice",
      timestamp: [1_795_478_400, 5],
      severityText: "INFO",
      body: { index: 0, message: { role: "assistant", content: "Guten Tag" } },
      attributes: { "gen_ai.system": "openai" },
    });
    await provider.forceFlush();
    await provider.shutdown();
    expect(receiver.rows("otel.otel_logs")).toMatchObject([
      {
        Timestamp: 1_795_478_400_000_000_005n,
        TraceId: "",
        SeverityText: "INFO",
        ServiceName: "shop",
        Body: '{"index":0,"message":{"content":"Guten Tag","role":"assistant"}}',
        LogAttributes: [["gen_ai.system", "openai"]],
        EventName: "gen_ai.choice",
      },
    ]);
  });
});
