import { existsSync } from "node:fs";
import path from "node:path";
import type * as Chdb from "chdb";
import type { Session } from "chdb";

/** The part of the package `chdb` that this room uses. */
export interface Engine {
  /** Another connection to the same directory: they run side by side, each with its own state. */
  open(): Session;
}

/** Given at connect: whether tables load at once has taken effect before a query could set it. */
const connectionArgs = ["--async_load_databases=0", "--async_load_system_database=0"];

export class EngineMissing extends Error {}
export class EngineLocked extends Error {}

/**
 * Opens the directory. The first session stays open for as long as the process lives, so that the
 * engine never lets go of its lock between two queries.
 * @throws EngineMissing when the optional package is not installed, EngineLocked when another
 * process has the directory open
 */
export async function openEngine(directory: string): Promise<Engine> {
  const chdb = await load();
  const open = (): Session => new chdb.Session(directory, { connectionArgs });
  try {
    open().query("SELECT 1");
  } catch (error) {
    const message = String(error instanceof Error ? error.message : error);
    // The engine writes its reason on standard error only. It keeps its lock in this file.
    if (existsSync(path.join(directory, "status"))) {
      throw new EngineLocked(message, { cause: error });
    }
    throw error;
  }
  return { open };
}

async function load(): Promise<typeof Chdb> {
  try {
    return await import("chdb");
  } catch (error) {
    throw new EngineMissing(
      "the package `chdb` cannot be loaded: install it with `npm install chdb` (glibc Linux and macOS), or set the URL of a ClickHouse server",
      { cause: error },
    );
  }
}
