/**
 * The store's process: the only one that loads the engine. It is told what to do over IPC, so that
 * its credentials stand on no command line, and it ends when its parent does.
 */
import { mkdir, readdir, rm } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { collectSeldom } from "../kernel/garbage-collection.js";
import type { ChildMessage, FailedMessage, ParentMessage, StartMessage } from "./child-messages.js";
import { EngineLocked, EngineMissing, openEngine, type Engine } from "./engine.js";
import { createHttpServer } from "./http-server.js";
import { QueryService } from "./query-service.js";

/** How long a directory may stay locked by a process that is just ending. */
const lockPatience = 5_000;

collectSeldom();

let stopping: (() => void) | undefined;

process.on("message", (message: ParentMessage) => {
  if (message.kind === "start") void start(message);
  else stopping?.();
});
// An interrupt in a terminal reaches the whole group: the parent decides when the store stops.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => undefined);
// Without a parent nothing may hold the directory. Whatever was acknowledged is on disk.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));

async function start(message: StartMessage): Promise<void> {
  try {
    await mkdir(message.engineDirectory, { recursive: true, mode: 0o700 });
    const engine = await openWhenFree(message.engineDirectory);
    // Only the process that holds the lock may clear up.
    await emptyDirectory(message.incomingDirectory);
    // INFILE reads its path as a pattern: a plain name in the working directory has no pattern.
    process.chdir(message.incomingDirectory);
    const service = new QueryService({ engine, ...message });
    const server = createHttpServer({
      service,
      credentials: message.credentials,
      bodyLimit: message.limits.body,
    });
    const port = await listen(server, message.host, message.port);
    stopping = () => {
      server.close(() => {
        service.close();
        process.exit(0);
      });
      // A connection that is kept alive is idle only after its answer.
      setInterval(() => server.closeIdleConnections(), 25).unref();
    };
    tell({
      kind: "ready",
      port,
      engineVersion: service.engineVersion,
      detachedParts: detachedParts(engine),
    });
  } catch (error) {
    tell({ kind: "failed", reason: reasonOf(error), message: (error as Error).message });
  }
}

async function openWhenFree(directory: string): Promise<Engine> {
  const deadline = Date.now() + lockPatience;
  for (;;) {
    try {
      return await openEngine(directory);
    } catch (error) {
      if (!(error instanceof EngineLocked) || Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

function detachedParts(engine: Engine): string[] {
  const session = engine.open();
  const found = session.query(
    "SELECT concat(database, '.', table, '/', name) FROM system.detached_parts WHERE database NOT IN ('default', 'system')",
    "TSVRaw",
  );
  session.close();
  return found.split("\n").filter((name) => name !== "");
}

/** Bodies left over from a process that died: their senders were never answered. */
async function emptyDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  for (const name of await readdir(directory)) {
    await rm(path.join(directory, name), { recursive: true, force: true });
  }
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

function reasonOf(error: unknown): FailedMessage["reason"] {
  if (error instanceof EngineMissing) return "missing";
  if (error instanceof EngineLocked) return "locked";
  return (error as NodeJS.ErrnoException).code === "EADDRINUSE" ? "port" : "engine";
}

function tell(message: ChildMessage): void {
  process.send?.(message);
}
