import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readAccess } from "#processor/embedded/embedded.js";
import { createStoreClient } from "#processor/store/client.js";
import { runCommand, type CommandOutcome } from "../support/run-command.js";
import { chatSpan } from "../support/chat-spans.js";
import { createServiceProcess, type ServiceProcess } from "../support/service-process.js";
import { until } from "../support/until.js";

const chats = 40;
/** 1,000 input and 100 output tokens each. */
const dearPrices = "prices: [{ models: ['*'], input: 1000, output: 0 }]";
const dearCost = chats;

describe("calibrant backfill", () => {
  let service: ServiceProcess;
  let dearFile: string;
  let dataDir: string;
  beforeAll(async () => {
    service = await createServiceProcess({
      processors: "processors: { interactions: { settle_after: 50ms, arrival_overlap: 500ms } }",
    });
    dataDir = join(service.directory, "data");
    dearFile = join(service.directory, "dear.yaml");
    const config = await readFile(service.configFile, "utf8");
    await writeFile(dearFile, config.replace("settle_after: 50ms", dearPrices));
    await service.start();
    const client = createStoreClient(await access());
    const start = Date.now() - 3_600_000;
    await client.insert(
      "otel.otel_traces",
      Array.from({ length: chats }, (_, index) =>
        chatSpan({
          traceId: "a".repeat(30) + String(index).padStart(2, "0"),
          start: start + index * 60_000,
          session: "session-1",
          service: index < 10 ? "bakery" : "shop",
        }),
      ),
    );
    await client.close();
    await until("the interactions", async () => (await sums()).rows === chats);
  });
  afterAll(() => service.dispose());

  const access = async () => {
    const found = await readAccess(dataDir);
    if (found === undefined) throw new Error("the store says nobody how to write");
    return found;
  };
  const sums = async (): Promise<{ rows: number; cost: number; ids: number; turns: number }> => {
    const [row] = await service.query<{ rows: number; cost: number; ids: number; turns: number }>(
      `SELECT toUInt32(count()) AS rows, round(sum(cost_usd), 6) AS cost,
              toUInt32(uniqExact(interaction_id)) AS ids, toUInt32(sum(turn_index)) AS turns
       FROM calibrant.interactions`,
    );
    if (row === undefined) throw new Error("no sums");
    return row;
  };
  const backfill = (...words: string[]): Promise<CommandOutcome> =>
    runCommand("backfill", "--data-dir", dataDir, ...words);

  it("keeps to its user how to write to the store", async () => {
    expect((await stat(join(dataDir, "store", "access.sock"))).mode & 0o777).toBe(0o600);
  });

  it("revises what the configured prices change beside the running service, once", async () => {
    const before = await sums();
    expect(before.cost).toBeLessThan(1);
    const outcome = await backfill("--config", dearFile, "--since", "1d", "--json");
    expect(outcome).toMatchObject({ code: 0, notes: "" });
    expect(JSON.parse(outcome.output)).toMatchObject({
      traces: chats,
      interactions_added: 0,
      interactions_revised: chats,
      unpriced_calls: 0,
      left_to_the_service: 0,
      traces_failed: 0,
      resumed_at: null,
      finished: true,
    });
    expect(await sums()).toEqual({ ...before, cost: dearCost });
    const again = await backfill("--config", dearFile, "--since", "1d");
    expect(again.code).toBe(0);
    expect(again.output).toMatch(/interactions revised\W+0/);
  }, 120_000);

  it("works without the service, for one service and a range", async () => {
    expect(await service.terminate()).toBe(0);
    const usual = ["--config", service.configFile];
    const untilNow = ["--until", new Date().toISOString()];
    const one = await backfill(
      ...usual,
      "--since",
      "1d",
      ...untilNow,
      "--service",
      "bakery",
      "--json",
    );
    expect(JSON.parse(one.output)).toMatchObject({
      service: "bakery",
      until: untilNow[1],
      traces: 10,
      interactions_revised: 10,
    });
    const rest = await backfill(...usual, "--since", "1d", "--json");
    expect(JSON.parse(rest.output)).toMatchObject({
      traces: chats,
      interactions_added: 0,
      interactions_revised: chats - 10,
    });
    await service.start();
    const after = await sums();
    expect(after).toMatchObject({ rows: chats, ids: chats, turns: 45 + 435 });
    expect(after.cost).toBeLessThan(1);
  }, 120_000);

  it.each([
    [["--since", "yesterday"], 2, "write a time such as"],
    [["--since", "1h", "--until", "2h"], 2, "--since is not before --until"],
    [[], 2, "--since"],
    [["--since", "1d", "--data-dir", "/nowhere"], 1, "EMBEDDED_FAILED"],
    [["--since", "1d", "--config", "/nowhere.yaml"], 3, "CONFIG_INVALID"],
  ])("%j ends with %i", async (words, code, reason) => {
    const outcome = await backfill(...words);
    expect(outcome.code).toBe(code);
    expect(outcome.notes).toContain(reason);
  });
});
