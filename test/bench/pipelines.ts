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
  service(): ProcessUse;
  store(): ProcessUse;
  stop(): Promise<void>;
}

interface Started {
  readonly child: ChildProcess;
  readonly otlp: string;
  readonly clickhouse: string;
  readonly directory: string;
}

const main = fileURLToPath(new URL("../../../../processor/dist/main.js", import.meta.url));
const usual = fileURLToPath(new URL("usual-service.js", import.meta.url));

/** Calibrant as a service that takes in only: another one would assemble and evaluate. */
export async function startCalibrant(): Promise<Pipeline> {
  const directory = await mkdtemp(join(tmpdir(), "calibrant-bench-"));
  const [otlpPort, webPort, storePort] = [await freePort(), await freePort(), await freePort()];
  const configFile = join(directory, "calibrant.yaml");
  await writeFile(
    configFile,
    `receivers:
  otlp:
    protocols:
      http: { endpoint: "127.0.0.1:${otlpPort}" }
      grpc: { endpoint: null }
processors: { interactions: { enabled: false }, evaluate: { enabled: false } }
extensions:
  web: { endpoint: "127.0.0.1:${webPort}" }
  embedded_store: { endpoint: "127.0.0.1:${storePort}" }
service: { telemetry: { logs: { level: warn } } }
`,
  );
  const data = join(directory, "data");
  const child = spawn(
    process.execPath,
    [main, "serve", "--config", configFile, "--data-dir", data],
    { stdio: ["ignore", "ignore", "inherit"], env: { PATH: process.env["PATH"] } },
  );
  await until("the service to be ready", async () => {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    const answer = await fetch(`http://127.0.0.1:${webPort}/readyz`);
    await answer.text();
    return answer.ok;
  });
  const [otlp, clickhouse] = [`http://127.0.0.1:${otlpPort}`, `http://127.0.0.1:${storePort}`];
  return pipeline({ child, otlp, clickhouse, directory });
}

export async function startUsual(): Promise<Pipeline> {
  const directory = await mkdtemp(join(tmpdir(), "calibrant-bench-"));
  const [otlpPort, storePort] = [await freePort(), await freePort()];
  const child = spawn(
    process.execPath,
    [usual, String(otlpPort), String(storePort), join(directory, "data")],
    { stdio: ["ignore", "pipe", "inherit"], env: { PATH: process.env["PATH"] } },
  );
  await once(child.stdout as NodeJS.ReadableStream, "data");
  const [otlp, clickhouse] = [`http://127.0.0.1:${otlpPort}`, `http://127.0.0.1:${storePort}`];
  return pipeline({ child, otlp, clickhouse, directory });
}

function pipeline({ child, otlp, clickhouse, directory }: Started): Pipeline {
  const pid = child.pid as number;
  const [storePid] = childrenOf(pid);
  if (storePid === undefined) throw new Error("the pipeline has no store process");
  return {
    otlp,
    stored: async () => {
      const answer = await fetch(clickhouse, {
        method: "POST",
        body: "SELECT count() FROM otel.otel_traces",
      });
      return Number(await answer.text());
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
