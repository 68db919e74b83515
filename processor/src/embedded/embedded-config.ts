import { z } from "zod";
import { byteSize, duration, endpoint } from "../kernel/config-values.js";

export const embeddedConfig = z.strictObject({
  endpoint: endpoint
    .default({ host: "127.0.0.1", port: 8123 })
    .describe("Loopback address of the embedded store's ClickHouse HTTP endpoint"),
  max_memory: byteSize.default(1024 ** 3).describe("Most memory that one query may use"),
  max_result: byteSize
    .default(64 * 1024 ** 2)
    .describe("Largest answer of one query; a larger one is an error"),
  max_query_time: duration.default(60_000).describe("Longest time that one query may take"),
});
