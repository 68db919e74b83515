import { cp, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { startEmbeddedStore, type EmbeddedStore } from "#processor/embedded/embedded.js";
import { systemClock } from "#processor/kernel/clock.js";
import { createLogger } from "#processor/kernel/logger.js";
import { createStoreClient, type StoreClient } from "#processor/store/client.js";
import { migrate } from "#processor/store/migrations.js";
import { templateVariable } from "./store-template.js";

export interface TestStore {
  readonly client: StoreClient;
  readonly url: string;
  readonly credentials: EmbeddedStore["credentials"];
  readonly embedded: EmbeddedStore;
  readonly dataDir: string;
  /** Ends the store and removes its directory. */
  stop(): Promise<void>;
}

export interface TestStoreOptions {
  /** False for a store without any table of ours. */
  readonly migrated?: boolean;
}

/** An embedded store in a directory of its own, with the schema of this version. */
export async function startTestStore(options: TestStoreOptions = {}): Promise<TestStore> {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), "calibrant-store-"));
  const template = process.env[templateVariable];
  if (options.migrated !== false && template !== undefined) {
    await cp(template, dataDir, { recursive: true });
  }
  const embedded = await startEmbeddedStore({
    dataDir,
    host: "127.0.0.1",
    port: 0,
    logger: createLogger("silent"),
    clock: systemClock,
  });
  const client = createStoreClient({ url: embedded.url, ...embedded.credentials });
  const stop = async (): Promise<void> => {
    await client.close();
    await embedded.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    if (options.migrated !== false) {
      await migrate({ client, cluster: "", rawDays: 30, ownDays: 400 });
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    client,
    url: embedded.url,
    credentials: embedded.credentials,
    embedded,
    dataDir,
    stop,
  };
}

/** Runs `work` on a store of its own. */
export async function withStore(
  work: (store: TestStore) => Promise<void>,
  options: TestStoreOptions = {},
): Promise<void> {
  const store = await startTestStore(options);
  try {
    await work(store);
  } finally {
    await store.stop();
  }
}
