import { randomBytes } from "node:crypto";
import path from "node:path";
import { offerAccess } from "./access-socket.js";
import type { Clock } from "../kernel/clock.js";
import { CalibrantError } from "../kernel/errors.js";
import type { Logger } from "../kernel/logger.js";
import type { StoreLimits } from "./child-messages.js";
import { superviseChild } from "./supervisor.js";

export { readAccess } from "./access-socket.js";

export interface EmbeddedStoreOptions {
  /** The engine's files are kept below it, in `store/`. One process, one folder. */
  readonly dataDir: string;
  /** A loopback address: the endpoint has no TLS, and its reader no password. */
  readonly host: string;
  /** 0 takes any free port, and keeps it over restarts of the store's process. */
  readonly port: number;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly limits?: Partial<StoreLimits>;
  /** Called at every end of the store's process that was not asked for. */
  readonly onExit?: (reason: string) => void;
}

export interface EmbeddedStore {
  /** Address of the ClickHouse HTTP interface. The user `default` may read there without a password. */
  readonly url: string;
  /** Of the writer: made anew at each start, and told to processes of the same user alone. */
  readonly credentials: { readonly username: string; readonly password: string };
  readonly engineVersion: string;
  /** The store's process as it is now; undefined between two of them. */
  readonly pid: number | undefined;
  /** A sentence while the store cannot be relied on; undefined while it can. */
  problem(): string | undefined;
  /** Ends the process after the queries under way. */
  stop(): Promise<void>;
}

/**
 * Starts the embedded ClickHouse: a process of its own that serves a directory over HTTP. When it
 * ends unasked it is started again, on the same port and with the same credentials.
 * @throws CalibrantError EMBEDDED_MISSING, EMBEDDED_FAILED or PORT_IN_USE
 */
export async function startEmbeddedStore(options: EmbeddedStoreOptions): Promise<EmbeddedStore> {
  const { host, logger, clock, onExit } = options;
  const directory = path.resolve(options.dataDir, "store");
  const credentials = { username: "calibrant", password: randomBytes(32).toString("base64url") };
  const child = await superviseChild({
    logger,
    clock,
    directory,
    start: {
      kind: "start",
      engineDirectory: path.join(directory, "engine"),
      incomingDirectory: path.join(directory, "incoming"),
      host: loopback(host),
      port: options.port,
      credentials,
      limits: { ...defaultLimits, ...options.limits },
    },
    ...(onExit === undefined ? {} : { onExit }),
  });
  const address = host.includes(":") ? `[${host}]` : host;
  const url = `http://${address}:${child.port}`;
  const endOffer = await offerAccess(options.dataDir, { url, ...credentials }).catch(
    (error: unknown) => {
      logger.warn({ err: error }, "commands cannot write to the embedded store while it runs");
      return () => Promise.resolve();
    },
  );
  return {
    url,
    credentials,
    engineVersion: child.engineVersion,
    get pid() {
      return child.pid;
    },
    problem: () => child.problem(),
    stop: async () => {
      await endOffer();
      await child.stop();
    },
  };
}

const defaultLimits: StoreLimits = {
  queryMemory: 1024 ** 3,
  result: 64 * 1024 ** 2,
  body: 256 * 1024 ** 2,
  queryTime: 60_000,
};

function loopback(host: string): string {
  if (/^(?:127(?:\.\d{1,3}){3}|localhost|::1)$/.test(host)) return host;
  throw new CalibrantError(
    "EMBEDDED_FAILED",
    `the embedded store listens on loopback only, not on ${host}: use a ClickHouse server where others must reach it`,
  );
}
