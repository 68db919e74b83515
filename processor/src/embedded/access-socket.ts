import { chmod, mkdir, rm } from "node:fs/promises";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import path from "node:path";
import { text } from "node:stream/consumers";
import type { Credentials } from "./child-messages.js";

/** How to write to a store that runs: for commands of the same user beside the service. */
export interface StoreAccess extends Credentials {
  readonly url: string;
}

function socketOf(dataDir: string): string {
  return path.resolve(dataDir, "store", "access.sock");
}

/**
 * Tells whoever may open a socket in the data folder, which is the user of the service alone. The
 * credentials stand on no disk.
 * @returns ends it
 * @throws Error of the system where a socket cannot be had, such as at a path of over 100 characters
 */
export async function offerAccess(
  dataDir: string,
  access: StoreAccess,
): Promise<() => Promise<void>> {
  const place = socketOf(dataDir);
  await mkdir(path.dirname(place), { recursive: true, mode: 0o700 });
  await rm(place, { force: true });
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.end(JSON.stringify(access));
  });
  server.unref();
  server.listen(place);
  await once(server, "listening");
  await chmod(place, 0o600);
  return async () => {
    server.close();
    await rm(place, { force: true });
  };
}

/** Undefined where no store runs; the socket that a killed service left behind leads nowhere. */
export async function readAccess(dataDir: string): Promise<StoreAccess | undefined> {
  const socket = connect(socketOf(dataDir));
  try {
    return JSON.parse(await text(socket)) as StoreAccess;
  } catch {
    return undefined;
  } finally {
    socket.destroy();
  }
}
