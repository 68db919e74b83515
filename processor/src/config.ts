import { readFileSync } from "node:fs";
import { LineCounter, parseDocument, type Document } from "yaml";
import { z } from "zod";
import { admissionConfig } from "./admission/admission-config.js";
import { decodeConfig } from "./decode/decode-config.js";
import { embeddedConfig } from "./embedded/embedded-config.js";
import { resolveEnvironment, type Environment } from "./environment-references.js";
import { evaluateConfig } from "./evaluate/evaluate-config.js";
import { evaluatorFaults } from "./evaluate/faults/evaluator-faults.js";
import { feedbackConfig } from "./feedback/feedback-config.js";
import { forwardConfig } from "./forward/forward-config.js";
import { interactionsConfig } from "./interactions/interactions-config.js";
import { CalibrantError, messageOf } from "./kernel/errors.js";
import { formatFaults, type Fault } from "./kernel/faults.js";
import { replicaConfig, replicaFaults } from "./replica-config.js";
import { redactConfig } from "./redact/redact-config.js";
import { metricsPolicy, receiveConfig, telemetrySource } from "./receive/receive-config.js";
import { serveConfig } from "./serve/serve-config.js";
import { spoolConfig } from "./spool/spool-config.js";
import { storeConfig } from "./store/store-config.js";

/**
 * The configuration file, in the style of the OpenTelemetry Collector. Every section belongs to
 * the room that it configures; this file only joins them.
 */
const configSchema = z.strictObject({
  receivers: z
    .strictObject({
      source: telemetrySource,
      otlp: z
        .strictObject({
          protocols: receiveConfig.prefault({}),
          limits: decodeConfig.prefault({}),
          metrics: metricsPolicy,
        })
        .prefault({}),
      feedback: feedbackConfig.prefault({}),
    })
    .prefault({})
    .describe("What telemetry comes in by."),
  processors: z
    .strictObject({
      redaction: redactConfig.prefault({}),
      interactions: interactionsConfig.prefault({}),
      evaluate: evaluateConfig.prefault({}),
    })
    .prefault({})
    .describe("What is made of it."),
  exporters: z
    .intersection(z.strictObject({ clickhouse: storeConfig.prefault({}) }), forwardConfig)
    .prefault({})
    .describe("Where it is stored, and by otlphttp and otlphttp/NAME where evaluations go."),
  extensions: z
    .strictObject({
      embedded_store: embeddedConfig.prefault({}),
      keys: admissionConfig.default([]),
      spool: spoolConfig.prefault({}),
      web: serveConfig.prefault({}),
    })
    .prefault({})
    .describe("What the service needs beside the way of the data."),
  service: z
    .strictObject({
      data_dir: z
        .string()
        .min(1)
        .default(".calibrant")
        .describe("Folder of the spool and of the embedded store. One service, one folder."),
      replicas: replicaConfig.prefault({}),
      telemetry: z
        .strictObject({
          logs: z
            .strictObject({
              level: z
                .enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"])
                .default("info")
                .describe("Least level that is written to standard error."),
            })
            .prefault({}),
        })
        .prefault({}),
    })
    .prefault({})
    .describe("The service itself."),
});

export type Config = z.output<typeof configSchema>;

/** JSON Schema (draft 2020-12) of the configuration file, for editors. */
export function configJsonSchema(): unknown {
  return z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" });
}

/**
 * The configuration of a file, or the defaults without one.
 * @throws CalibrantError CONFIG_INVALID with every fault and its path
 */
export function loadConfig(
  file: string | undefined,
  environment: Environment = process.env,
): Config {
  return parseConfig(file === undefined ? "" : readConfigFile(file), environment);
}

function readConfigFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new CalibrantError("CONFIG_INVALID", `cannot read ${file}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** @throws CalibrantError CONFIG_INVALID with every fault and its path */
export function parseConfig(text: string, environment: Environment): Config {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: true });
  const syntax = document.errors.map(({ message }) => ({ path: "", message }));
  if (syntax.length > 0) throw invalid(syntax);

  // Schemas pass over it without a word.
  const hidden = hiddenNames(document.toJS());
  if (hidden.length > 0) throw invalid(hidden.map((fault) => withLine(fault, document, lines)));

  const references = resolveEnvironment(document, environment);
  const read = (): z.ZodSafeParseResult<Config> =>
    configSchema.safeParse(withModelFromEnvironment(document.toJS(), environment));
  let parsed = read();
  if (!parsed.success) {
    const refused = new Set(parsed.error.issues.map((issue) => pathOf(issue.path)));
    for (const whole of references.wholes) if (refused.has(whole.path)) whole.useType();
    parsed = read();
  }
  const faults = [
    ...references.faults,
    ...(parsed.success ? [] : parsed.error.issues.flatMap(faultsOf)),
  ];
  if (!parsed.success || faults.length > 0) {
    throw invalid(faults.map((fault) => withLine(fault, document, lines)));
  }
  const dangling = [
    ...evaluatorFaults(parsed.data.processors.evaluate),
    ...sourceFaults(parsed.data),
    ...replicaFaults(parsed.data.service.replicas, parsed.data.exporters.clickhouse.url),
  ];
  if (dangling.length > 0) {
    throw invalid(dangling.map((fault) => withLine(fault, document, lines)));
  }
  return parsed.data;
}

/** Levels of settings, and more. */
const deepest = 20;

/** Settings of the name `__proto__`, wherever they are. */
function hiddenNames(value: unknown, path: readonly string[] = []): Fault[] {
  // An alias may lead to what it is in.
  if (typeof value !== "object" || value === null || path.length > deepest) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === "__proto__"
      ? [{ path: pathOf([...path, key]), message: "is not a name that is allowed" }]
      : hiddenNames(inner, [...path, key]),
  );
}

/** Nobody but the service can write to the embedded store. */
function sourceFaults({ receivers, exporters }: Config): Fault[] {
  if (receivers.source === "otlp" || exporters.clickhouse.url !== "") return [];
  const message = "clickhouse needs exporters.clickhouse.url, the server that the Collector fills";
  return [{ path: "receivers.source", message }];
}

/**
 * `OPENAI_API_KEY` and `OPENAI_BASE_URL` alone switch the standard judges on: they make the model
 * `default` unless the file names one.
 */
function withModelFromEnvironment(value: unknown, environment: Environment): unknown {
  const { OPENAI_API_KEY: key, OPENAI_BASE_URL: url, OPENAI_MODEL: model } = environment;
  const root = asRecord(value) ?? (value === null || value === undefined ? {} : undefined);
  if (root === undefined || (!key && !url)) return root ?? value;
  const processors = asRecord(root["processors"] ?? {});
  const evaluate = asRecord(processors?.["evaluate"] ?? {});
  const models = asRecord(evaluate?.["models"] ?? {});
  if (models === undefined || "default" in models) return root;
  const standard = {
    ...(key ? { api_key: key } : {}),
    ...(url ? { base_url: url } : {}),
    ...(model ? { model } : {}),
  };
  return {
    ...root,
    processors: {
      ...processors,
      evaluate: { ...evaluate, models: { ...models, default: standard } },
    },
  };
}

function asRecord(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function faultsOf(issue: z.core.$ZodIssue): Fault[] {
  const path = pathOf(issue.path);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: path === "" ? key : `${path}.${key}`,
      message: "is not a setting that is known here",
    }));
  }
  if (issue.code === "invalid_key") {
    const message = issue.issues.map((found) => found.message).join("; ");
    return [{ path, message: `is not a name that is allowed: ${message}` }];
  }
  if (issue.code === "invalid_union") {
    const tried = issue.errors.flat().filter((found) => found.code === "custom");
    const messages = (tried.length > 0 ? tried : issue.errors.flat()).map(({ message }) => message);
    return [{ path, message: [...new Set(messages)].join("; or ") }];
  }
  return [{ path, message: issue.message }];
}

function pathOf(parts: readonly PropertyKey[]): string {
  return parts.reduce<string>((path, part) => {
    if (typeof part === "number") return `${path}[${part}]`;
    // A name is one line, whatever is in it.
    const name = String(part).replace(/\s+/g, " ");
    return path === "" ? name : `${path}.${name}`;
  }, "");
}

function withLine(fault: Fault, document: Document, lines: LineCounter): Fault {
  const keys = fault.path.split(/\.|\[(\d+)\]/).filter((part) => part !== undefined && part !== "");
  for (let depth = keys.length; depth > 0; depth--) {
    const node = document.getIn(keys.slice(0, depth), true) as { range?: number[] } | undefined;
    const offset = node?.range?.[0];
    if (offset !== undefined) return { ...fault, line: lines.linePos(offset).line };
  }
  return fault;
}

function invalid(faults: readonly Fault[]): CalibrantError {
  const count = faults.length === 1 ? "one fault" : `${faults.length} faults`;
  return new CalibrantError(
    "CONFIG_INVALID",
    `the configuration has ${count}:\n${formatFaults(faults)}`,
  );
}
