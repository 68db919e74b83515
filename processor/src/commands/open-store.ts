import { existsSync } from "node:fs";
import type { Config } from "../config.js";
import { readAccess, startEmbeddedStore } from "../embedded/embedded.js";
import { systemClock } from "../kernel/clock.js";
import { createClosers } from "../kernel/closers.js";
import { CalibrantError } from "../kernel/errors.js";
import type { Logger } from "../kernel/logger.js";
import { holderOf, lockDirectory } from "../spool/directory-lock.js";
import { spoolDirectory } from "../spool/spool-directory.js";
import { createStoreClient, type StoreClient } from "../store/client.js";

export interface OpenStore {
  readonly client: StoreClient;
  /** Whether no service can be working on the store. */
  readonly alone: boolean;
  close(): Promise<void>;
}

/**
 * The store that the configuration names: a server, the embedded store of the running service, or
 * the embedded store opened here, which keeps a service from starting meanwhile.
 * @throws CalibrantError EMBEDDED_FAILED, EMBEDDED_MISSING, PORT_IN_USE or SPOOL_LOCKED
 */
export async function openStore(
  config: Config,
  dataDirectory: string,
  logger: Logger,
): Promise<OpenStore> {
  const { url, username, password, request_timeout: requestTimeout } = config.exporters.clickhouse;
  if (url !== "") {
    const client = createStoreClient({ url, username, password, requestTimeout });
    return { client, alone: false, close: () => client.close() };
  }
  const directory = spoolDirectory(dataDirectory);
  if (!existsSync(directory)) {
    throw new CalibrantError(
      "EMBEDDED_FAILED",
      `there is no store in ${dataDirectory}: name the service's data folder with --data-dir, or its configuration with --config`,
    );
  }
  const access =
    (await holderOf(directory)) === undefined ? undefined : await readAccess(dataDirectory);
  if (access !== undefined) {
    const client = createStoreClient({ ...access, requestTimeout });
    return { client, alone: false, close: () => client.close() };
  }
  const closers = createClosers(logger);
  try {
    const lock = await lockDirectory(directory);
    closers.add("lock", () => lock.release());
    const { max_memory, max_result, max_query_time } = config.extensions.embedded_store;
    const store = await startEmbeddedStore({
      dataDir: dataDirectory,
      host: "127.0.0.1",
      port: 0,
      limits: { queryMemory: max_memory, result: max_result, queryTime: max_query_time },
      logger,
      clock: systemClock,
    });
    closers.add("embedded store", () => store.stop());
    const client = createStoreClient({ url: store.url, ...store.credentials, requestTimeout });
    closers.add("store client", () => client.close());
    return { client, alone: true, close: () => closers.close() };
  } catch (error) {
    await closers.close();
    throw error;
  }
}
