import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { systemClock } from "#processor/kernel/clock.js";
import { createLogger } from "#processor/kernel/logger.js";
import type { LoadSink } from "#processor/model/ports.js";
import { startLoader } from "#processor/spool/loader.js";
import { DeadLetters, type StoredLetter } from "#processor/spool/dead-letters.js";
import { systemFiles } from "#processor/spool/files.js";
import { spoolConfig, type SpoolConfig } from "#processor/spool/spool-config.js";
import type { Spool } from "#processor/spool/spool.js";
import { memorySink, type MemorySink } from "../support/memory-sink.js";
import { testSink, testSpool } from "../support/open-spool.js";
import { recordMetrics, type RecordedMetrics } from "../support/recorded-metrics.js";
import { runCommand, startCommand, type CommandOutcome } from "../support/run-command.js";
import { feedbackBlock, idsOf, nativeBlock } from "../support/spool-blocks.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { until } from "../support/until.js";

interface Bench {
  readonly data: string;
  readonly spool: Spool;
  readonly metrics: RecordedMetrics;
  /** What /readyz would say of the loader. */
  readonly problem: () => string | undefined;
  readonly stop: () => Promise<void>;
}

/** What serves a data directory, but for the doors: a spool and its loader. */
async function serve(
  data: string,
  sink: LoadSink,
  config: Partial<SpoolConfig> = {},
): Promise<Bench> {
  const metrics = recordMetrics();
  const spool = await testSpool(join(data, "spool"), {
    clock: systemClock,
    meter: metrics.meter,
  });
  const loader = startLoader({
    spool,
    sink,
    sinkName: testSink,
    clock: systemClock,
    logger: createLogger("silent"),
    meter: metrics.meter,
    config: spoolConfig.parse({ poll_interval: 5, segment_age: 10, ...config }),
  });
  const stop = async (): Promise<void> => {
    await loader.stop();
    await spool.close();
  };
  onTestFinished(stop);
  return { data, spool, metrics, problem: () => loader.failure, stop };
}

/** A sink that refuses whatever has one of these words in it. */
function refusing(...words: readonly string[]): MemorySink {
  const sink = memorySink();
  sink.behave(({ bytes }) =>
    words.some((word) => Buffer.from(bytes).includes(word)) ? "refuse" : "take",
  );
  return sink;
}

async function emptied({ spool }: Bench): Promise<void> {
  await until("the spool to be empty", () => spool.state().segments === 0);
}

function command(data: string, ...words: readonly string[]): Promise<CommandOutcome> {
  return runCommand("dead-letters", ...words, "--data-dir", data);
}

function listed(data: string): Promise<StoredLetter[]> {
  return new DeadLetters(join(data, "spool"), systemFiles, systemClock).list();
}

/** A data directory with the dead letters `bad1` and `bad2`. */
async function twoLetters(sink = refusing("bad")): Promise<Bench> {
  const bench = await serve(await temporaryFolder(), sink);
  for (const id of ["good", "bad1", "bad2"]) await bench.spool.append([feedbackBlock(id)]);
  await bench.spool.seal();
  await emptied(bench);
  return bench;
}

describe("calibrant dead-letters", { timeout: 120_000 }, () => {
  it("lists and shows letters beside a running service", async () => {
    const { data, metrics } = await twoLetters();
    const letters = await listed(data);
    expect(letters).toMatchObject([
      { table: "calibrant.feedback", rows: 1, reason: "Cannot parse input", kind: "jsonl" },
      { table: "calibrant.feedback", rows: 1, reason: "Cannot parse input", kind: "jsonl" },
    ]);
    const json = await command(data, "list", "--json");
    expect(JSON.parse(json.output)).toEqual(letters);
    const list = await command(data, "list");
    expect(list.output).toMatch(/calibrant\.feedback .* 1 .* 23 .* Cannot parse input/);
    expect(list.output).toMatch(/2 dead letters \(2 rows, 46 bytes\)$/m);

    const ids = [];
    for (const { id, name } of letters) {
      const show = await command(data, "show", id);
      expect(show.notes).toContain("Cannot parse input");
      ids.push((JSON.parse(show.output) as { feedback_id: string }).feedback_id);
      const whole = JSON.parse((await command(data, "show", name, "--json")).output) as object;
      expect(whole).toMatchObject({ id, name, content: [{ feedback_id: ids.at(-1) }] });
    }
    expect(ids.toSorted()).toEqual(["bad1", "bad2"]);
    expect(await metrics.value("calibrant.spool.dead_letters")).toBe(2);
    expect(await metrics.value("calibrant.spool.dead_letter_rows")).toBe(2);
    expect(await metrics.value("calibrant.spool.dead_letter_size")).toBe(46);
    expect(await metrics.value("calibrant.spool.dead_lettered_rows")).toBe(2);
  });

  it("replays by the running service, and says what is refused again", async () => {
    const sink = refusing("bad");
    const { data, metrics } = await twoLetters(sink);
    const refused = await command(data, "replay", "--all");
    expect(refused).toMatchObject({ code: 1, output: "0 loaded, 2 refused again\n" });
    expect(refused.notes).toContain("were refused again and are kept");

    sink.behave(({ bytes }) => (Buffer.from(bytes).includes("bad1") ? "refuse" : "take"));
    const second = await command(data, "replay", "--all");
    expect(second).toMatchObject({ code: 1, output: "1 loaded, 1 refused again\n" });
    sink.behave(() => "take");
    const [left] = await listed(data);
    expect(await command(data, "replay", left?.id ?? "")).toMatchObject({
      code: 0,
      output: "1 loaded, 0 refused again\n",
    });
    expect(await listed(data)).toEqual([]);
    expect(idsOf(sink.stored).toSorted()).toEqual(["bad1", "bad2", "good"]);
    expect(await metrics.value("calibrant.spool.replayed_rows")).toBe(2);
    expect(await metrics.value("calibrant.spool.dead_letters")).toBe(0);
  });

  it("stores a letter once that is replayed twice, by a command and a service that are killed", async () => {
    const sink = refusing("bad");
    const before = await twoLetters(sink);
    // The store takes the letters, but nobody learns of it.
    sink.behave(() => "drop-reply");
    const asked = startCommand("dead-letters", "replay", "--all", "--data-dir", before.data);
    await until("both letters to have reached the store", () => sink.stored.length >= 2);
    asked.kill();
    await asked.ended;
    await before.stop();

    sink.behave(() => "take");
    const after = await serve(before.data, sink);
    await command(after.data, "replay", "--all", "--no-wait");
    await until("the letters to be gone", async () => (await listed(after.data)).length === 0);
    expect(idsOf(sink.stored).toSorted()).toEqual(["bad1", "bad2", "good"]);
  });

  it("leaves the replay to the next start when no service runs", async () => {
    const sink = refusing("bad");
    const before = await twoLetters(sink);
    await before.stop();
    const noted = await command(before.data, "replay", "--all");
    expect(noted).toMatchObject({ code: 0 });
    expect(noted.output).toContain("will be loaded when the service starts");
    expect((await listed(before.data)).map(({ replay }) => replay)).toEqual([true, true]);
    sink.behave(() => "take");
    const after = await serve(before.data, sink);
    await until("the replay", () => sink.stored.length === 3);
    await until("the letters to be gone", async () => (await listed(after.data)).length === 0);
  });

  it("drops what is named, and everything only with --yes", async () => {
    const { data } = await twoLetters();
    const [first, second] = await listed(data);
    expect(await command(data, "drop", "--all")).toMatchObject({ code: 2 });
    expect(await command(data, "drop")).toMatchObject({ code: 2 });
    expect(await command(data, "drop", first?.id ?? "")).toMatchObject({
      code: 0,
      output: "dropped 1 dead letters (1 rows, 23 bytes)\n",
    });
    expect((await listed(data)).map(({ id }) => id)).toEqual([second?.id]);
    expect(await command(data, "drop", "--all", "--yes")).toMatchObject({ code: 0 });
    expect(await listed(data)).toEqual([]);
    expect((await command(data, "list")).output).toBe("no dead letters\n");
  });

  it("names what is not there, and what cannot be replayed", async () => {
    const data = await temporaryFolder();
    const spool = await testSpool(join(data, "spool"));
    await spool.append([feedbackBlock("a")]);
    await spool.close();
    await writeFile(join(data, "spool", "0000000000000001.segment"), "nothing of ours");
    await (await testSpool(join(data, "spool"))).close();

    const elsewhere = await command(join(data, "elsewhere"), "list");
    expect(elsewhere).toMatchObject({ code: 2 });
    expect(elsewhere.notes).toContain(`there is no spool at ${join(data, "elsewhere", "spool")}`);

    const missing = await command(data, "show", "none");
    expect(missing).toMatchObject({ code: 2 });
    expect(missing.notes).toContain("there is no dead letter none");
    const [damaged] = await listed(data);
    expect(damaged).toMatchObject({ table: "", rows: 0, kind: "bytes" });
    const replay = await command(data, "replay", damaged?.id ?? "");
    expect(replay).toMatchObject({ code: 2 });
    expect(replay.notes).toMatch(/damaged bytes and no rows, which cannot be replayed/);
    expect((await command(data, "list")).output).toContain("(damaged)");
    const shown = JSON.parse((await command(data, "show", damaged?.id ?? "")).output) as object;
    expect(shown).toEqual({ base64: Buffer.from("nothing of ours").toString("base64") });
  });
});

describe("dead letters", () => {
  it("hold up loading at their quota instead of being dropped, and let it go on when there is room", async () => {
    const sink = refusing("bad");
    const data = await temporaryFolder();
    const bench = await serve(data, sink, { dead_letter_quota: 50 });
    for (const id of ["bad1", "bad2"]) await bench.spool.append([feedbackBlock(id)]);
    await bench.spool.seal();
    await emptied(bench);
    for (const id of ["bad3", "good"]) {
      await bench.spool.append([feedbackBlock(id)]);
      await bench.spool.seal();
    }
    await until("bad3 to be refused", () => idsOf(sink.calls).includes("bad3"));
    const [first] = await listed(data);
    expect(await listed(data)).toHaveLength(2);
    await until("the reason", () => bench.problem());
    expect(bench.problem()).toMatch(
      /^46 of 50 bytes of dead letters are used \(spool\.dead_letter_quota\), so loading waits/,
    );
    expect(bench.spool.state().segments).toBe(2);
    expect(idsOf(sink.stored)).toEqual([]);
    expect(await command(data, "drop", first?.id ?? "")).toMatchObject({ code: 0 });
    await emptied(bench);
    expect(await listed(data)).toHaveLength(2);
    expect(idsOf(sink.stored)).toEqual(["good"]);
  });

  it("mend what a crash left between two steps of their removal", async () => {
    const { data, spool, stop } = await twoLetters();
    const [first, second] = await listed(data);
    const folder = join(spool.directory, "dead-letters");
    await stop();
    await writeFile(join(folder, `${first?.name}.replay`), "");
    await writeFile(join(folder, `${second?.name}.replay`), "");
    await rm(join(folder, `${first?.name}.json`));
    await rm(join(folder, second?.file ?? ""));
    const sink = memorySink();
    await serve(data, sink);
    await until("the second to be refused", async () => {
      const letters = await listed(data);
      return letters[0]?.reason.startsWith("its file cannot be read") && !letters[0].replay;
    });
    expect((await listed(data)).map(({ id }) => id)).toEqual([second?.id]);
    expect(sink.calls).toEqual([]);
  });

  it("stay away when they were dropped or replayed while their segment still waits", async () => {
    const data = await temporaryFolder();
    const sink = memorySink();
    const behave = (replayed: boolean): void =>
      sink.behave(({ bytes: load }) => {
        if (load.includes("bad1")) return "refuse";
        if (load.includes("bad2")) return replayed ? "take" : "refuse";
        return load.includes("waits") ? "unavailable" : "take";
      });
    behave(false);
    const before = await serve(data, sink);
    await before.spool.append([feedbackBlock("bad1", "bad2"), nativeBlock("waits")]);
    await before.spool.seal();
    await until("two letters", async () => (await listed(data)).length === 2);
    behave(true);
    expect(await command(data, "replay", "--all")).toMatchObject({ code: 1 });
    expect(await command(data, "drop", "--all", "--yes")).toMatchObject({ code: 0 });
    await before.stop();

    const after = await serve(data, sink);
    const calls = sink.calls.length;
    await until("the rest of the segment to be tried", () => sink.calls.length > calls);
    expect(await listed(data)).toEqual([]);
    sink.behave(() => "take");
    await emptied(after);
    expect(await listed(data)).toEqual([]);
    expect(idsOf(sink.stored)).toEqual(["bad2"]);
    await after.stop();
    await (await testSpool(join(data, "spool"))).close();
    expect(await readdir(join(data, "spool", "dead-letters"))).toEqual([]);
  });

  it("take whole what is refused beyond three hundred loads of one segment", async () => {
    const sink = memorySink();
    sink.behave(() => "refuse");
    const bench = await serve(await temporaryFolder(), sink);
    const ids = Array.from({ length: 1_200 }, (_, id) => id);
    await bench.spool.append([feedbackBlock(...ids)]);
    await bench.spool.seal();
    await emptied(bench);
    const letters = await listed(bench.data);
    expect(letters.reduce((sum, { rows }) => sum + rows, 0)).toBe(1_200);
    expect(sink.calls.length).toBeLessThan(400);
    process.stdout.write(
      `1,200 refused rows: ${sink.calls.length} tries, ${letters.length} dead letters\n`,
    );
  });
});
