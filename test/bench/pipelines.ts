import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../support/free-port.js";
import { until } from "../support/until.js";
import { childrenOf, useOf, type ProcessUse } from "./processes.js";

/** A pipeline from OTLP to the embedded store, in processes of its own. */
export interface Pipeline {
  readonly otlp: string;
  /** Rows in `otel.otel_traces`. */
  stored(): Promise<number>;
  /** Rows in any table. */
  count(table: string): Promise<number>;
  /** Rows of a statement without a FORMAT clause. */
  query<Row>(sql: string): Promise<Row[]>;
  /** The value of a series of the service's own metrics; 0 without it. */
  metric(series: string): Promise<number>;
  service(): ProcessUse;
  store(): ProcessUse;
  stop(): Promise<void>;
}

interface Started {
  readonly child: ChildProcess;
  readonly otlp: string;
  readonly clickhouse: string;
  /** Address of the web server; empty without one. */
  readonly web: string;
  /** Removed with the pipeline. */
  readonly directory: string;
}

const main = fileURLToPath(new URL("../../../../processor/dist/main.js", import.meta.url));
const usual = fileURLToPath(new URL("usual-service.js", import.meta.url));

export function benchDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), "calibrant-bench-"));
}

/** Calibrant as a service that takes in only: another one would assemble and evaluate. */
export async function startCalibrant(): Promise<Pipeline> {
  return await start(await benchDirectory(), "interactions: { enabled: false }");
}

/**
 * Calibrant as a service that does everything.
 * @param evaluate settings of the evaluators as YAML in braces
 */
export async function startEverything(evaluate: string): Promise<Pipeline> {
  return await start(await benchDirectory(), "interactions: {}", evaluate);
}

/** Calibrant on a data folder below the directory, assembling what lies there. */
export async function startWalking(directory: string): Promise<Pipeline> {
  return await start(directory, "interactions: {}");
}

async function start(
  directory: string,
  interactions: string,
  evaluate = "{ enabled: false }",
): Promise<Pipeline> {
  const [otlpPort, webPort, storePort] = [await freePort(), await freePort(), await freePort()];
  const configFile = join(directory, "calibrant.yaml");
  await writeFile(
    configFile,
    `receivers:
  otlp:
    protocols:
      http: { endpoint: "127.0.0.1:${otlpPort}" }
      grpc: { endpoint: null }
processors: { ${interactions}, evaluate: ${evaluate} }
extensions:
  web: { endpoint: "127.0.0.1:${webPort}" }
  embedded_store: { endpoint: "127.0.0.1:${storePort}" }
service: { telemetry: { logs: { level: warn } } }
`,
  );
  const data = join(directory, "data");
  const child = spawn(
    process.execPath,
    [...profiling(), main, "serve", "--config", configFile, "--data-dir", data],
    { stdio: ["ignore", "ignore", "inherit"], env: { PATH: process.env["PATH"] } },
  );
  const web = `http://127.0.0.1:${webPort}`;
  await until("the service to be ready", async () => {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    const answer = await fetch(`${web}/readyz`);
    await answer.text();
    return answer.ok;
  });
  const [otlp, clickhouse] = [`http://127.0.0.1:${otlpPort}`, `http://127.0.0.1:${storePort}`];
  return pipeline({ child, otlp, clickhouse, web, directory });
}

/** `BENCH_PROFILE=FOLDER` writes a profile of the service's CPU time there. */
function profiling(): string[] {
  const folder = process.env["BENCH_PROFILE"];
  return folder === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${folder}`];
}

export async function startUsual(): Promise<Pipeline> {
  const directory = await benchDirectory();
  const [otlpPort, storePort] = [await freePort(), await freePort()];
  const child = spawn(
    process.execPath,
    [usual, String(otlpPort), String(storePort), join(directory, "data")],
    { stdio: ["ignore", "pipe", "inherit"], env: { PATH: process.env["PATH"] } },
  );
  await once(child.stdout as NodeJS.ReadableStream, "data");
  const [otlp, clickhouse] = [`http://127.0.0.1:${otlpPort}`, `http://127.0.0.1:${storePort}`];
  return pipeline({ child, otlp, clickhouse, web: "", directory });
}

function pipeline({ child, otlp, clickhouse, web, directory }: Started): Pipeline {
  const pid = child.pid as number;
  const [storePid] = childrenOf(pid);
  if (storePid === undefined) throw new Error("the pipeline has no store process");
  const ask = async (body: string): Promise<string> => {
    const answer = await fetch(clickhouse, { method: "POST", body });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`the store answered ${answer.status}: ${text}`);
    return text;
  };
  const count = async (table: string): Promise<number> =>
    Number(await ask(`SELECT count() FROM ${table}`));
  return {
    otlp,
    count,
    query: async <Row>(sql: string) => {
      const lines = (await ask(`${sql} FORMAT JSONEachRow`)).split("\n");
      return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Row);
    },
    stored: () => count("otel.otel_traces"),
    metric: async (series) => {
      const lines = (await (await fetch(`${web}/metrics`)).text()).split("\n");
      const line = lines.find((each) => each.startsWith(`${series} `));
      return Number(line?.slice(series.length + 1) ?? 0);
    },
    service: () => useOf(pid),
    store: () => useOf(storePid),
    stop: async () => {
      child.kill("SIGTERM");
      if (child.exitCode === null) await once(child, "exit");
      await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}
