import { createServer } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Load } from "#processor/model/block.js";
import { createStoreClient } from "#processor/store/client.js";
import { createLoadSink } from "#processor/store/load-sink.js";
import { freePort } from "../support/free-port.js";

/** The settings with which a load reaches a server. */
async function settingsOf(
  cluster: string,
  load: Load,
  knownSettings = "",
): Promise<Record<string, string>> {
  const seen: URLSearchParams[] = [];
  const server = createServer((request, response) => {
    const settings = new URL(request.url ?? "", "http://store").searchParams;
    const isInsert = settings.has("insert_deduplicate");
    if (isInsert) seen.push(settings);
    request.resume().on("end", () => response.end(isInsert ? "" : knownSettings));
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const client = createStoreClient({
    url: `http://127.0.0.1:${port}`,
    username: "default",
    password: "",
  });
  onTestFinished(async () => {
    await client.close();
    server.close();
  });
  await createLoadSink(client, cluster).load(load);
  expect(seen).toHaveLength(1);
  return Object.fromEntries(seen[0] ?? []);
}

const load: Load = {
  table: "otel.otel_traces",
  format: "Native",
  rows: 1,
  token: "segment-hash",
  pieces: [Buffer.from("x")],
};

describe("a load on its way to the store", () => {
  it("says every setting that decides about duplicates", async () => {
    expect(await settingsOf("", load)).toMatchObject({
      async_insert: "0",
      insert_deduplicate: "1",
      insert_deduplication_token: "segment-hash",
      deduplicate_blocks_in_dependent_materialized_views: "1",
      max_insert_threads: "1",
      max_insert_block_size: "1048576",
      min_insert_block_size_rows: "1048576",
      min_insert_block_size_bytes: "268435456",
      input_format_parallel_parsing: "0",
      input_format_skip_unknown_fields: "0",
    });
    expect(await settingsOf("", load)).not.toHaveProperty("insert_quorum");
  });

  it("leaves the indexes to the merges where the server knows how", async () => {
    const name = "materialize_skip_indexes_on_insert";
    expect(await settingsOf("", load)).not.toHaveProperty(name);
    expect(await settingsOf("", load, `${JSON.stringify({ name })}\n`)).toHaveProperty(name, "0");
  });

  it("asks for a quorum of the replicas on a cluster", async () => {
    expect(await settingsOf("main", load)).toMatchObject({ insert_quorum: "auto" });
  });
});
