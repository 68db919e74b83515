import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Credentials } from "./child-messages.js";

/** How to write to a store that runs: for commands of the same user beside the service. */
export interface StoreAccess extends Credentials {
  readonly url: string;
}

function fileOf(dataDir: string): string {
  return path.resolve(dataDir, "store", "writer.json");
}

/** Only the user of the service may read it, as everything else in the folder. */
export async function saveAccess(dataDir: string, access: StoreAccess): Promise<void> {
  const file = fileOf(dataDir);
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await rm(file, { force: true });
  await writeFile(file, JSON.stringify(access), { mode: 0o600, flag: "wx" });
}

export async function removeAccess(dataDir: string): Promise<void> {
  await rm(fileOf(dataDir), { force: true });
}

/** Undefined where no store runs; what a killed service left behind leads nowhere. */
export async function readAccess(dataDir: string): Promise<StoreAccess | undefined> {
  try {
    return JSON.parse(await readFile(fileOf(dataDir), "utf8")) as StoreAccess;
  } catch {
    return undefined;
  }
}
