import { z } from "zod";
import { duration } from "../kernel/config-values.js";

export const storeConfig = z.strictObject({
  url: z
    .union([z.literal(""), z.url({ protocol: /^https?$/ })])
    .default("")
    .describe("HTTP address of a ClickHouse server; empty for the embedded store"),
  username: z.string().default("default").describe("User of the ClickHouse server"),
  password: z.string().default("").describe("Password of that user"),
  cluster: z
    .string()
    .regex(/^[A-Za-z0-9_-]*$/, "expected the name of a cluster")
    .default("")
    .describe("Name of the cluster to create replicated tables on; empty for one server"),
  raw_days: z
    .int()
    .min(1)
    .max(36_500)
    .default(30)
    .describe("Days to keep raw spans and logs (applies to tables that Calibrant creates)"),
  own_days: z
    .int()
    .min(1)
    .max(36_500)
    .default(400)
    .describe("Days to keep interactions, evaluations and feedback"),
  request_timeout: duration.default(60_000).describe("How long to wait for an answer"),
});
