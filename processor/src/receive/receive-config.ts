import { z } from "zod";
import {
  byteSize,
  duration,
  endpoint,
  insecureAllowRemote,
  tlsFiles,
} from "../kernel/config-values.js";

const httpConfig = z.strictObject({
  endpoint: endpoint
    .default({ host: "127.0.0.1", port: 4318 })
    .describe("Address of OTLP/HTTP; one that is not loopback needs API keys and TLS"),
  tls: tlsFiles.optional().describe("TLS; without it connections are not encrypted"),
  insecure_allow_remote: insecureAllowRemote,
  max_body_size: byteSize
    .default(20 * 1024 ** 2)
    .describe("Largest request body, as sent and after decompression"),
  memory: byteSize
    .default(96 * 1024 ** 2)
    .describe(
      "Bytes of bodies held at once over all requests, those of gRPC included; beyond it 503 with Retry-After",
    ),
  max_connections: z
    .int()
    .min(1)
    .max(100_000)
    .default(1_000)
    .describe("Connections served at once; more are closed"),
  header_timeout: duration
    .default(10_000)
    .describe("Longest time for a client to send its headers"),
  request_timeout: duration
    .default(30_000)
    .describe("Longest time for a client to send a whole request"),
  keep_alive_timeout: duration.default(65_000).describe("How long an idle connection is kept open"),
  stop_timeout: duration
    .default(5_000)
    .describe("How long requests under way may take when the service stops"),
});

const grpcConfig = z.strictObject({
  endpoint: endpoint
    .nullable()
    .default({ host: "127.0.0.1", port: 4317 })
    .describe(
      "Address of OTLP/gRPC; null switches it off; one that is not loopback needs API keys and TLS",
    ),
  tls: tlsFiles.optional().describe("TLS; without it connections are not encrypted"),
  insecure_allow_remote: insecureAllowRemote,
  max_message_size: byteSize
    .default(20 * 1024 ** 2)
    .describe("Largest message, as sent and after decompression"),
  max_connections: z
    .int()
    .min(1)
    .max(100_000)
    .default(1_000)
    .describe("Connections served at once; more are closed"),
  max_concurrent_streams: z
    .int()
    .min(1)
    .max(100_000)
    .default(100)
    .describe("Calls under way on one connection; a client keeps more of them back"),
  request_timeout: duration
    .default(30_000)
    .describe("Longest time for a client to send a whole message"),
  handshake_timeout: duration
    .default(10_000)
    .describe("Longest time for a client to open a connection: TLS, then HTTP/2"),
  idle_timeout: duration
    .default(300_000)
    .describe("How long a connection without a call is kept open"),
  keepalive_time: duration
    .default(60_000)
    .describe("How often a connection is asked whether it is alive"),
  keepalive_timeout: duration
    .default(20_000)
    .describe("Longest time for the answer to that; then the connection is ended"),
  stop_timeout: duration
    .default(5_000)
    .describe("How long calls under way may take when the service stops"),
});

/** Who brings spans and logs into the store. */
export const telemetrySource = z
  .enum(["otlp", "clickhouse"])
  .default("otlp")
  .describe(
    "otlp: they are received here. clickhouse: nothing is received, a Collector's ClickHouse exporter fills the tables otel.otel_traces and otel.otel_logs",
  );

/** Metrics are not stored. */
export const metricsPolicy = z
  .enum(["accept", "refuse"])
  .default("accept")
  .describe(
    "accept: answer with success and a note that metrics are not stored, so that a client with one endpoint for all signals does not fail. refuse: HTTP 404, gRPC UNIMPLEMENTED",
  );

/** A protocol that is named without settings has the defaults, as in the Collector. */
export const receiveConfig = z.strictObject({
  http: httpConfig
    .nullable()
    .prefault({})
    .transform((config) => config ?? httpConfig.parse({}))
    .describe("OTLP over HTTP, protobuf and JSON."),
  grpc: grpcConfig
    .nullable()
    .prefault({})
    .transform((config) => config ?? grpcConfig.parse({}))
    .describe("OTLP over gRPC."),
});

export type ReceiveConfig = z.output<typeof receiveConfig>;
export type HttpConfig = z.output<typeof httpConfig>;
export type MetricsPolicy = z.output<typeof metricsPolicy>;
export type GrpcConfig = z.output<typeof grpcConfig>;
