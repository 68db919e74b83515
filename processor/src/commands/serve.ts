import type { Command } from "commander";
import { loadConfig } from "../config.js";
import { systemClock } from "../kernel/clock.js";
import { collectSeldom } from "../kernel/garbage-collection.js";
import { createLogger } from "../kernel/logger.js";
import { aborted, stopSignal } from "./signals.js";
import type { Terminal } from "./terminal.js";
import { version } from "./version.js";

interface ServeOptions {
  readonly config?: string;
  readonly dataDir?: string;
}

/** `calibrant serve`: the service, until SIGINT or SIGTERM. */
export function addServeCommand(program: Command, terminal: Terminal): void {
  program
    .command("serve")
    .description("run the service until Ctrl-C")
    .option("--config <file>", "configuration file (YAML); without it the defaults")
    .option("--data-dir <folder>", "folder of the spool and of the embedded store")
    .action(async (options: ServeOptions) => {
      const config = loadConfig(options.config);
      const logger = createLogger(config.service.telemetry.logs.level);
      collectSeldom();
      const signal = stopSignal();
      // The rooms take longer to load than most commands take to run.
      const { openHouse } = await import("../house.js");
      const house = await openHouse({
        config,
        dataDirectory: options.dataDir ?? config.service.data_dir,
        logger,
        clock: systemClock,
        version,
      });
      if (house.addresses.otlp) terminal.print(`OTLP/HTTP   ${house.addresses.otlp}`);
      if (house.addresses.grpc) terminal.print(`OTLP/gRPC   ${house.addresses.grpc}`);
      terminal.print(`Web and API ${house.addresses.web}`);
      terminal.print(`ClickHouse  ${house.addresses.clickhouse}`);
      try {
        // Once everything runs, only a signal ends it; what cannot start ends it with its reason.
        await Promise.race([aborted(signal), house.ready.then(() => aborted(signal))]);
        logger.info("stopping");
      } finally {
        await house.close();
      }
    });
}
