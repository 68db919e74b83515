import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "./free-port.js";
import { until } from "./until.js";

const main = fileURLToPath(new URL("../../processor/dist/main.js", import.meta.url));

export interface ServiceProcess {
  readonly otlp: string;
  /** OTLP over gRPC. */
  readonly grpc: string;
  readonly web: string;
  readonly clickhouse: string;
  readonly directory: string;
  readonly configFile: string;
  /** Starts the process and waits until it accepts telemetry and its store answers. */
  start(): Promise<void>;
  /** Ends it at once, as a power cut would, and waits until it is gone. */
  kill(): Promise<void>;
  /** Asks it to end; answers its exit code. */
  terminate(): Promise<number | null>;
  /** Undefined while it does not run. */
  pid(): number | undefined;
  /** What it wrote to standard error since the last start. */
  log(): string;
  /** Rows of a read-only query, as a person with curl would get them. */
  query<Row>(sql: string): Promise<Row[]>;
  /** Ends the process and removes its folder. */
  dispose(): Promise<void>;
}

export interface ServiceOptions {
  /** YAML that is appended to the configuration at the top level. */
  readonly processors?: string;
  /** YAML lines below `extensions`. */
  readonly extensions?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** The real service in a process of its own, on free ports and a folder of its own. */
export async function createServiceProcess(options: ServiceOptions = {}): Promise<ServiceProcess> {
  const directory = await mkdtemp(join(tmpdir(), "calibrant-service-"));
  const [otlpPort, grpcPort, webPort, storePort] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const configFile = join(directory, "calibrant.yaml");
  await writeFile(
    configFile,
    [
      "receivers:",
      "  otlp:",
      "    protocols:",
      `      http: { endpoint: "127.0.0.1:${otlpPort}" }`,
      `      grpc: { endpoint: "127.0.0.1:${grpcPort}" }`,
      "extensions:",
      `  web: { endpoint: "127.0.0.1:${webPort}" }`,
      `  embedded_store: { endpoint: "127.0.0.1:${storePort}" }`,
      ...(options.extensions ?? []).map((line) => `  ${line}`),
      options.processors ?? "",
    ].join("\n"),
  );

  const otlp = `http://127.0.0.1:${otlpPort}`;
  const grpc = `http://127.0.0.1:${grpcPort}`;
  const web = `http://127.0.0.1:${webPort}`;
  const clickhouse = `http://127.0.0.1:${storePort}`;
  let child: ChildProcess | undefined;
  let exit: Promise<number | null> = Promise.resolve(null);
  let log = "";

  const start = async (): Promise<void> => {
    log = "";
    const started = spawn(
      process.execPath,
      [main, "serve", "--config", configFile, "--data-dir", join(directory, "data")],
      {
        stdio: ["ignore", "ignore", "pipe"],
        env: { PATH: process.env["PATH"], ...options.environment },
      },
    );
    started.stderr.on("data", (chunk: Buffer) => {
      log += chunk.toString();
    });
    let ended = false;
    exit = new Promise((resolve) => {
      started.once("exit", (code) => {
        ended = true;
        resolve(code);
      });
    });
    child = started;
    await until(
      "the service to be ready",
      async () => {
        if (ended) return true;
        const answer = await fetch(`${web}/readyz`);
        await answer.text();
        return answer.ok;
      },
      60_000,
    );
    if (ended) throw new Error(`the service ended at its start:\n${log}`);
  };

  const signalAndWait = async (signal: NodeJS.Signals): Promise<number | null> => {
    child?.kill(signal);
    const code = await exit;
    child = undefined;
    return code;
  };

  return {
    otlp,
    grpc,
    web,
    clickhouse,
    directory,
    configFile,
    start,
    kill: async () => {
      await signalAndWait("SIGKILL");
    },
    terminate: () => signalAndWait("SIGTERM"),
    pid: () => child?.pid,
    log: () => log,
    query: async <Row>(sql: string) => {
      const answer = await fetch(`${clickhouse}/?default_format=JSONEachRow`, {
        method: "POST",
        body: sql,
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(text);
      return text
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Row);
    },
    dispose: async () => {
      if (child !== undefined) await signalAndWait("SIGKILL");
      await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}
