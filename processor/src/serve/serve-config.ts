import { z } from "zod";
import {
  byteSize,
  duration,
  endpoint,
  insecureAllowRemote,
  tlsFiles,
} from "../kernel/config-values.js";

export const serveConfig = z.strictObject({
  endpoint: endpoint
    .default({ host: "127.0.0.1", port: 8080 })
    .describe("Address of the API, the pages, /metrics, /healthz and /readyz"),
  tls: tlsFiles.optional().describe("TLS; without it connections are not encrypted"),
  insecure_allow_remote: insecureAllowRemote,
  allowed_hosts: z
    .array(z.string().min(1).max(253))
    .max(100)
    .default([])
    .describe("Host names, beside loopback, under which browsers may reach the pages"),
  max_body_size: byteSize
    .default(10 * 1024 ** 2)
    .describe("Largest request body; a larger one is answered with 413"),
  max_connections: z
    .int()
    .min(1)
    .max(100_000)
    .default(1_000)
    .describe("Connections served at once; more are closed"),
  request_timeout: duration
    .default(30_000)
    .describe("Longest time for a client to send its request"),
  stop_timeout: duration
    .default(5_000)
    .describe("How long requests under way may take when the service stops"),
});

export type ServeConfig = z.output<typeof serveConfig>;
