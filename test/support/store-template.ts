import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { startEmbeddedStore } from "#processor/embedded/embedded.js";
import { systemClock } from "#processor/kernel/clock.js";
import { createLogger } from "#processor/kernel/logger.js";
import { createStoreClient } from "#processor/store/client.js";
import { migrate } from "#processor/store/migrations.js";

/** Names the folder with the files of a store that has this version's schema and nothing else. */
export const templateVariable = "CALIBRANT_TEST_STORE_TEMPLATE";

/** Makes that folder once for all tests: the migrations take as long as many a test. */
export async function setup(): Promise<void> {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), "calibrant-template-"));
  const logger = createLogger("silent");
  const place = { dataDir, host: "127.0.0.1", port: 0 };
  const store = await startEmbeddedStore({ ...place, logger, clock: systemClock });
  const client = createStoreClient({ url: store.url, ...store.credentials });
  await migrate({ client, cluster: "", rawDays: 30, ownDays: 400 });
  await client.close();
  await store.stop();
  process.env[templateVariable] = dataDir;
}

export async function teardown(): Promise<void> {
  const dataDir = process.env[templateVariable];
  if (dataDir !== undefined) await rm(dataDir, { recursive: true, force: true });
}
