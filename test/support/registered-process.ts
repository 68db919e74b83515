import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll } from "vitest";
import { startModelApiServer } from "./model-api-server.js";
import { startOtlpSink, type SinkSpan } from "./otlp-sink.js";

export interface RegisteredProcess {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly errors: () => string;
  readonly ended: Promise<readonly [number | null, string | null]>;
}

export interface Manner {
  readonly cwd?: string;
  readonly flags?: readonly ("--import" | "--require")[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface RegisteredProcesses {
  /** Starts an application that is instrumented by a flag of Node alone, and records content. */
  readonly start: (code: string, service: string, manner?: Manner) => RegisteredProcess;
  /** The spans that came from the service. */
  readonly spansOf: (service: string) => SinkSpan[];
}

export const root = join(import.meta.dirname, "../..");

/** Processes with `@calibrant/instrumentation/register`, a model API and a sink of their own. */
export async function registeredProcesses(): Promise<RegisteredProcesses> {
  const [model, sink] = await Promise.all([startModelApiServer(), startOtlpSink()]);
  afterAll(() => Promise.all([model.close(), sink.close()]));
  const environment = {
    PATH: process.env["PATH"],
    MODEL_URL: model.url,
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "true",
  };
  return {
    spansOf: (service) => sink.spans.filter((span) => span.service === service),
    start: (code, service, manner = {}) => {
      const { cwd = root, flags = ["--import"] as const, env = {} } = manner;
      const words = argumentsOf(code, flags);
      const child = spawn(process.execPath, words, {
        cwd,
        env: { ...environment, OTEL_SERVICE_NAME: service, ...env },
      });
      let output = "";
      let errors = "";
      child.stdout.on("data", (piece: Buffer) => (output += piece.toString()));
      child.stderr.on("data", (piece: Buffer) => (errors += piece.toString()));
      return {
        child,
        output: () => output,
        errors: () => errors,
        ended: once(child, "exit") as Promise<[number | null, string | null]>,
      };
    },
  };
}

function argumentsOf(code: string, flags: NonNullable<Manner["flags"]>): string[] {
  const module = flags.includes("--import");
  return [
    ...flags.flatMap((flag) => [flag, "@calibrant/instrumentation/register"]),
    `--input-type=${module ? "module" : "commonjs"}`,
    "-e",
    module ? code : `(async () => {${code}})();`,
  ];
}
