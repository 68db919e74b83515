import { z } from "zod";
import { duration } from "../kernel/config-values.js";

const httpUrl = z.url({ protocol: /^https?$/ });

const endpointConfig = z.strictObject({
  endpoint: httpUrl.describe("Address of an OTLP/HTTP receiver; /v1/logs and /v1/traces are added"),
  logs_endpoint: httpUrl.optional().describe("Whole address for logs, instead of endpoint"),
  traces_endpoint: httpUrl.optional().describe("Whole address for traces, instead of endpoint"),
  headers: z
    .record(
      z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, "expected the name of a header"),
      z.string().regex(/^[\t\x20-\x7e]*$/, "expected visible characters and spaces"),
    )
    .default({})
    .describe("Headers of every request, such as an API key"),
  compression: z.enum(["gzip", "none"]).default("gzip").describe("How requests are compressed"),
  timeout: duration.default(10_000).describe("How long to wait for an answer"),
  tls: z
    .strictObject({
      ca_file: z.string().min(1).describe("Authority (PEM) that signed the server's certificate"),
    })
    .optional()
    .describe("With an https address; the authorities that Node knows when left out"),
  signals: z
    .array(z.enum(["logs", "traces"]))
    .min(1)
    .default(["logs", "traces"])
    .describe("Events gen_ai.evaluation.result (logs), spans `evaluate NAME` (traces)"),
  outcomes: z
    .array(z.enum(["scored", "failed"]))
    .min(1)
    .default(["scored"])
    .describe("Which lines of the ledger go out"),
  explanations: z
    .boolean()
    .default(true)
    .describe("Whether explanations and reasons go out; they may quote what users wrote"),
  since: z.iso
    .datetime({ offset: true, error: "expected a time such as 2026-01-31T00:00:00Z" })
    .transform((text) => Date.parse(text))
    .optional()
    .describe("Where the first start begins; with what comes from then on when left out"),
  batch_size: z.int().min(1).max(10_000).default(500).describe("Most evaluations of one request"),
  poll_interval: duration.default(1_000).describe("How long to rest when there is nothing to send"),
  arrival_overlap: duration
    .default(30_000)
    .describe("How late a line may become visible in the store and still be noticed"),
});

export type EndpointConfig = z.output<typeof endpointConfig>;
export type Signal = EndpointConfig["signals"][number];

type EndpointName = `otlphttp${string}`;

const endpointName = z.string().regex(/^otlphttp(?:\/[A-Za-z0-9_-]+)?$/) as unknown as z.ZodType<
  EndpointName,
  EndpointName
>;

/** Endpoints by name, as the Collector names exporters: `otlphttp` and `otlphttp/NAME`. */
export const forwardConfig = z.record(endpointName, endpointConfig);

export type ForwardConfig = z.output<typeof forwardConfig>;

/** The endpoints among all exporters. */
export function forwardEndpoints(exporters: Readonly<Record<string, unknown>>): ForwardConfig {
  const named = Object.entries(exporters).filter(([name]) => endpointName.safeParse(name).success);
  return Object.fromEntries(named) as ForwardConfig;
}
