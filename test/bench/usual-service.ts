import { createServer } from "node:http";
import { createClient } from "@clickhouse/client";
import { startEmbeddedStore } from "#processor/embedded/embedded.js";
import { systemClock } from "#processor/kernel/clock.js";
import { createLogger } from "#processor/kernel/logger.js";
import { createStoreClient } from "#processor/store/client.js";
import { migrate } from "#processor/store/migrations.js";
import { usualRows } from "./usual-rows.js";

/**
 * The usual pipeline as a process: decodes with protobufjs, answers at once, keeps the rows in
 * memory and inserts them as JSONEachRow with the client once a second or every 10,000 rows.
 *
 *     node usual-service.js PORT STORE_PORT DIRECTORY
 */
const [port, storePort, directory] = process.argv.slice(2);
const batch = 10_000;
const interval = 1_000;

const store = await startEmbeddedStore({
  dataDir: directory as string,
  host: "127.0.0.1",
  port: Number(storePort),
  limits: { queryMemory: 1024 ** 3, result: 64 * 1024 ** 2, queryTime: 60_000 },
  logger: createLogger("error"),
  clock: systemClock,
});
const setup = createStoreClient({ url: store.url, ...store.credentials, requestTimeout: 60_000 });
await migrate({ client: setup, cluster: "", rawDays: 30, ownDays: 400 });
const client = createClient({ url: store.url, ...store.credentials });

let rows: Record<string, unknown>[] = [];
let inserting = Promise.resolve();

function flush(): Promise<void> {
  const values = rows;
  rows = [];
  if (values.length === 0) return inserting;
  inserting = insertAfter(inserting, values);
  return inserting;
}

async function insertAfter(earlier: Promise<void>, values: readonly object[]): Promise<void> {
  await earlier;
  await client.insert({
    table: "otel.otel_traces",
    values,
    format: "JSONEachRow",
    clickhouse_settings: { async_insert: 0 },
  });
}

const timer = setInterval(() => void flush(), interval);
const server = createServer((request, response) => {
  const pieces: Buffer[] = [];
  request.on("data", (piece: Buffer) => pieces.push(piece));
  request.on("end", () => {
    for (const row of usualRows(Buffer.concat(pieces))) rows.push(row);
    // Whoever sends faster than the store takes waits for the insert: memory must end somewhere.
    const done = rows.length >= batch ? flush() : Promise.resolve();
    void done.then(() => response.writeHead(200).end());
  });
});
server.listen(Number(port), "127.0.0.1", () => process.stdout.write("ready\n"));

process.once("SIGTERM", () => {
  clearInterval(timer);
  server.close();
  server.closeAllConnections();
  void flush()
    .then(() => client.close())
    .then(() => setup.close())
    .then(() => store.stop());
});
