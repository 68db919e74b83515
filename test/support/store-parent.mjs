/** A service that starts the embedded store and is killed: tells the pid of the store's process. */
import { startEmbeddedStore } from "#processor/embedded/embedded.js";
import { systemClock } from "#processor/kernel/clock.js";
import { createLogger } from "#processor/kernel/logger.js";

const store = await startEmbeddedStore({
  dataDir: process.argv[2] ?? "",
  host: "127.0.0.1",
  port: 0,
  logger: createLogger("silent"),
  clock: systemClock,
});
process.send?.(store.pid);
