import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvalidArgumentError, type Command } from "commander";
import { parseConfig, type Config } from "../config.js";
import { runDemo, simulatedModels, startSimulatedModel } from "../demo/demo.js";
import { systemClock } from "../kernel/clock.js";
import { createClosers } from "../kernel/closers.js";
import { duration } from "../kernel/config-values.js";
import { createLogger } from "../kernel/logger.js";
import { createDemoQueries } from "../store/demo-queries.js";
import { choosePort } from "./choose-port.js";
import { stopSignal } from "./signals.js";
import type { Terminal } from "./terminal.js";
import { version } from "./version.js";

interface DemoCommandOptions {
  readonly for?: number;
  readonly exit?: true;
  readonly json?: true;
  readonly dataDir?: string;
}

/** `calibrant demo`: the whole product on simulated traffic. */
export function addDemoCommand(program: Command, terminal: Terminal): void {
  program
    .command("demo")
    .description("run the whole product on simulated traffic until Ctrl-C")
    .option("--for <duration>", "stop the traffic after this time, such as 60s", toDuration)
    .option("--exit", "end after the summary, too (with --for)")
    .option("--json", "print the summary as JSON")
    .option("--data-dir <folder>", "keep the data in this folder; without it they are thrown away")
    .action((options: DemoCommandOptions) => demo(options, terminal));
}

async function demo(options: DemoCommandOptions, terminal: Terminal): Promise<void> {
  const signal = stopSignal();
  const clock = systemClock;
  const logger = createLogger("warn");
  const closers = createClosers(logger);
  try {
    terminal.note("Starting the store, the service and the simulated model ...");
    const model = await startSimulatedModel({ clock });
    closers.add("simulated model", () => model.close());
    const dataDirectory = options.dataDir ?? (await mkdtemp(join(tmpdir(), "calibrant-demo-")));
    if (options.dataDir === undefined) {
      closers.add("data", () => rm(dataDirectory, { recursive: true, force: true, maxRetries: 5 }));
    }
    const config = await demoConfig(model.url, terminal);
    const { openHouse } = await import("../house.js");
    const house = await openHouse({ config, dataDirectory, logger, clock, version });
    closers.add("service", () => house.close());
    await house.ready;
    await runDemo({
      addresses: {
        otlp: house.addresses.otlp ?? "",
        grpc: house.addresses.grpc,
        api: house.addresses.web,
        store: house.addresses.clickhouse,
        model: model.url,
      },
      queries: createDemoQueries(house.client),
      clock,
      signal,
      duration: options.for,
      exit: options.exit ?? false,
      json: options.json ?? false,
      output: {
        print: (line) => terminal.print(line),
        note: (line) => terminal.note(line),
        live: process.stderr.isTTY ? process.stderr : undefined,
      },
    });
  } finally {
    await closers.close();
  }
}

/** The defaults, on the usual ports where they are free, with the simulated judge as model. */
async function demoConfig(modelUrl: string, terminal: Terminal): Promise<Config> {
  const choose = (port: number, use: string): Promise<number> =>
    choosePort(port, (line) => terminal.note(line), use);
  const otlp = await choose(4318, "OTLP/HTTP");
  const grpc = await choose(4317, "OTLP/gRPC");
  const web = await choose(8080, "the pages");
  const store = await choose(8123, "ClickHouse");
  return parseConfig(
    JSON.stringify({
      receivers: {
        otlp: {
          protocols: {
            http: { endpoint: `127.0.0.1:${otlp}` },
            grpc: { endpoint: `127.0.0.1:${grpc}` },
          },
        },
      },
      processors: {
        evaluate: {
          models: {
            default: {
              base_url: modelUrl,
              model: simulatedModels.judge,
              concurrency: 16,
              price: { input: 0.15, output: 0.6 },
            },
          },
        },
      },
      extensions: {
        web: { endpoint: `127.0.0.1:${web}` },
        embedded_store: { endpoint: `127.0.0.1:${store}` },
      },
    }),
    {},
  );
}

function toDuration(text: string): number {
  const parsed = duration.safeParse(text);
  if (!parsed.success) throw new InvalidArgumentError("write a time such as 60s or 2m");
  return parsed.data;
}
