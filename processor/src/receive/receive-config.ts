import { z } from "zod";
import { byteSize, duration, endpoint } from "../kernel/config-values.js";

const httpConfig = z.strictObject({
  endpoint: endpoint
    .default({ host: "127.0.0.1", port: 4318 })
    .describe("Address of OTLP/HTTP; only a loopback address is allowed"),
  max_body_size: byteSize
    .default(20 * 1024 ** 2)
    .describe("Largest request body, as sent and after decompression"),
  memory: byteSize
    .default(96 * 1024 ** 2)
    .describe("Bytes of bodies held at once over all requests; beyond it 503 with Retry-After"),
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

export const receiveConfig = z.strictObject({
  http: httpConfig.prefault({}).describe("OTLP over HTTP, protobuf and JSON."),
});

export type ReceiveConfig = z.output<typeof receiveConfig>;
export type HttpConfig = z.output<typeof httpConfig>;
