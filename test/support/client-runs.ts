import { execFile, spawn } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { factsOf, type CallFacts } from "./client-expectations.js";
import { startModelApiServer } from "./model-api-server.js";
import { startOtlpSink, type SinkSpan } from "./otlp-sink.js";

const root = join(import.meta.dirname, "../..");
const folder = join(root, "test/clients");
const register = "@calibrant/instrumentation/register";

/** What the applications of `test/clients` saw, and the spans there were. */
export interface ClientRun {
  /** By `CLIENT SCENARIO`. */
  readonly results: Readonly<Record<string, unknown>>;
  /** By `CLIENT SCENARIO`: the spans beneath that of the scenario, oldest first. */
  readonly spans: ReadonlyMap<string, readonly SinkSpan[]>;
}

/** How the process is started. */
export type Manner = "plain" | "--import" | "--require";

/** The applications are TypeScript that no package builds. */
export async function buildClients(): Promise<void> {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  await promisify(execFile)(process.execPath, [tsc, "-p", folder]);
}

/** Runs every scenario in a process of its own, against servers of its own. */
export async function runClients(manner: Manner, node = process.execPath): Promise<ClientRun> {
  const [model, sink] = await Promise.all([startModelApiServer(), startOtlpSink()]);
  try {
    const output = await outputOf(node, argumentsOf(manner), {
      MODEL_ROOT: model.root,
      OTEL_SERVICE_NAME: "clients",
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "true",
    });
    // The results name the address that was called.
    const text = output.replaceAll(model.root, "http://model");
    const results = JSON.parse(text) as Record<string, unknown>;
    return { results, spans: byScenario(sink.spans) };
  } finally {
    await Promise.all([model.close(), sink.close()]);
  }
}

function argumentsOf(manner: Manner): string[] {
  const module = join(folder, "dist/run-module.js");
  const commonJs = join(folder, "dist/run-commonjs.cjs");
  if (manner === "plain") return [module];
  return [manner, register, manner === "--import" ? module : commonJs];
}

async function outputOf(
  node: string,
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const child = spawn(node, words, {
    cwd: folder,
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let notes = "";
  child.stdout.on("data", (piece: Buffer) => (output += piece.toString()));
  child.stderr.on("data", (piece: Buffer) => (notes += piece.toString()));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`the clients ended with ${code}:\n${notes}`);
  return output;
}

function byScenario(spans: readonly SinkSpan[]): Map<string, SinkSpan[]> {
  const scenarios = spans.filter(({ parentSpanId }) => parentSpanId === "");
  return new Map(
    scenarios.map((scenario) => [
      scenario.name,
      spans.filter((span) => span.traceId === scenario.traceId && span !== scenario),
    ]),
  );
}

/** The calls of a scenario by their attempts. */
export function factsIn({ spans }: ClientRun, scenario: string): CallFacts[] {
  const facts = (spans.get(scenario) ?? [])
    // The client of Anthropic makes spans of its own.
    .filter(({ name }) => !name.startsWith("anthropic."))
    .map(factsOf)
    // An attempt that nobody reads ends when it is given up, after the next one.
    .toSorted((a, b) => a.resent - b.resent);
  // How much had come when the application left is a matter of chance.
  return scenario.endsWith(" left") ? facts.map((call) => ({ ...call, answer: "" })) : facts;
}
