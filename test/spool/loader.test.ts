import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { systemClock } from "#processor/kernel/clock.js";
import { createLogger } from "#processor/kernel/logger.js";
import type { Worker } from "#processor/kernel/worker.js";
import type { LoadSink } from "#processor/model/ports.js";
import { startLoader } from "#processor/spool/loader.js";
import { spoolConfig, type SpoolConfig } from "#processor/spool/spool-config.js";
import type { Spool } from "#processor/spool/spool.js";
import { firstFormatSegment } from "../support/first-format.js";
import { heldClock } from "../support/held-clock.js";
import { memorySink } from "../support/memory-sink.js";
import { testSink, testSpool } from "../support/open-spool.js";
import { recordMetrics, type RecordedMetrics } from "../support/recorded-metrics.js";
import { feedbackBlock, idsOf, nativeBlock } from "../support/spool-blocks.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { until } from "../support/until.js";

interface Bench {
  readonly spool: Spool;
  readonly metrics: RecordedMetrics;
  readonly start: (sink: LoadSink, config?: Partial<SpoolConfig>) => Worker;
}

async function bench(directory?: string, settings: Partial<SpoolConfig> = {}): Promise<Bench> {
  const spool = await testSpool(directory ?? (await temporaryFolder()), {
    clock: systemClock,
    config: settings,
  });
  const metrics = recordMetrics();
  return {
    spool,
    metrics,
    start: (sink, config = {}) => {
      const loader = startLoader({
        spool,
        sink,
        sinkName: testSink,
        clock: systemClock,
        logger: createLogger("silent"),
        meter: metrics.meter,
        config: spoolConfig.parse({
          poll_interval: 5,
          stop_timeout: 2_000,
          ...settings,
          ...config,
        }),
      });
      onTestFinished(() => loader.stop());
      return loader;
    },
  };
}

async function emptied(spool: Spool): Promise<void> {
  await until("the spool to be empty", () => spool.state().segments === 0);
}

async function deadLetters(spool: Spool): Promise<Record<string, unknown>[]> {
  const folder = join(spool.directory, "dead-letters");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".json")).toSorted();
  return Promise.all(
    names.map(async (name) => {
      const letter = JSON.parse(await readFile(join(folder, name), "utf8")) as { file: string };
      return { ...letter, content: (await readFile(join(folder, letter.file))).toString() };
    }),
  );
}

describe("the loader", () => {
  it("groups by table and day, oldest segment first, and forgets what is loaded", async () => {
    const { spool, start, metrics } = await bench();
    const sink = memorySink();
    await spool.append([nativeBlock("a", "2026-11-24", 2), nativeBlock("b", "2026-11-25", 3)]);
    await spool.append([nativeBlock("c", "2026-11-24", 4), feedbackBlock(1)]);
    await spool.seal();
    await spool.append([nativeBlock("d", "2026-11-24", 5)]);
    await spool.seal();
    const [first, second] = (await spool.closedSegments(testSink)).map(({ name }) => name);
    start(sink);
    await emptied(spool);

    const hash = expect.stringMatching(/^[0-9a-f]{32}$/) as string;
    expect(
      sink.stored.map(({ table, format, rows, token, bytes }) => {
        const cut = token.lastIndexOf("-");
        return [
          table,
          format,
          rows,
          token.slice(0, cut),
          token.slice(cut + 1),
          Buffer.from(bytes).toString(),
        ];
      }),
    ).toEqual([
      ["otel.otel_traces", "Native", 6, `${first}-otel.otel_traces-2026-11-24-0`, hash, "ac"],
      ["otel.otel_traces", "Native", 3, `${first}-otel.otel_traces-2026-11-25-0`, hash, "b"],
      [
        "calibrant.feedback",
        "JSONEachRow",
        1,
        `${first}-calibrant.feedback-2026-11-24-0`,
        hash,
        '{"feedback_id":"1"}\n',
      ],
      ["otel.otel_traces", "Native", 5, `${second}-otel.otel_traces-2026-11-24-0`, hash, "d"],
    ]);
    const loaded = { table: "otel.otel_traces" };
    expect(await metrics.value("calibrant.spool.loaded_rows", loaded)).toBe(14);
  });

  it("splits what is too large for one insert, between requests", async () => {
    const { spool, start } = await bench(undefined, { load_size: 1_000 });
    const sink = memorySink();
    for (const size of [600, 300, 200, 2_000, 100]) {
      await spool.append([nativeBlock(Buffer.alloc(size), "2026-11-24", size)]);
    }
    await spool.seal();
    start(sink);
    await emptied(spool);
    expect(sink.stored.map(({ rows }) => rows)).toEqual([900, 200, 2_000, 100]);

    for (const rows of [40, 40, 40]) await spool.append([nativeBlock("x", "2026-11-24", rows)]);
    await spool.seal();
    await emptied(spool);
    expect(sink.stored.slice(4).map(({ rows }) => rows)).toEqual([120]);
  });

  it("stores everything once when the store takes a load and the reply is lost", async () => {
    const { spool, start, metrics } = await bench();
    const sink = memorySink();
    const faults = ["drop-reply", "unavailable", "drop-reply", "take", "drop-reply"] as const;
    let turn = 0;
    sink.behave(() => faults[turn++] ?? "take");
    for (let id = 0; id < 20; id++) {
      await spool.append([feedbackBlock(id), nativeBlock("x")]);
      if (id % 7 === 0) await spool.seal();
    }
    await spool.seal();
    start(sink);
    await emptied(spool);
    expect(idsOf(sink.stored)).toEqual(Array.from({ length: 20 }, (_, id) => String(id)));
    expect(await metrics.value("calibrant.spool.load_retries")).toBe(4);
    expect(await metrics.value("calibrant.spool.loaded_rows")).toBe(40);
  });

  it("cuts a segment as it did before, though the limits of an insert have changed since", async () => {
    const directory = await temporaryFolder();
    const sink = memorySink();
    const before = await bench(directory, { load_rows: 2, load_size: 1_000.5 });
    for (const id of ["a", "b", "c", "d"]) await before.spool.append([feedbackBlock(id)]);
    await before.spool.seal();
    sink.behave(() => (sink.calls.length === 1 ? "take" : "drop-reply"));
    const loader = before.start(sink, { stop_timeout: 1 });
    await until("a lost reply", () => loader.failure !== undefined);
    await loader.stop();
    await before.spool.close();

    for (const settings of [{ load_rows: 3 }, { load_size: 10 }, {}]) {
      const after = await bench(directory, settings);
      sink.behave(() => "drop-reply");
      const again = after.start(sink, { stop_timeout: 1 });
      await until("a lost reply", () => again.failure !== undefined);
      await again.stop();
      await after.spool.close();
    }
    sink.behave(() => "take");
    const last = await bench(directory);
    last.start(sink);
    await emptied(last.spool);
    expect(idsOf(sink.stored)).toEqual(["a", "b", "c", "d"]);
  });

  it("cuts a segment of the first format by the limits of its time", async () => {
    const directory = await temporaryFolder();
    const frames = [60_000, 50_000, 40_000].map((rows) => [nativeBlock("x", "2026-11-24", rows)]);
    const large = [10, 5, 2].map((mebibytes) => [
      nativeBlock(Buffer.alloc(mebibytes * 1024 ** 2), "2026-11-25"),
    ]);
    const bytes = firstFormatSegment([...frames, ...large]);
    await writeFile(join(directory, "0000000000000007.segment"), bytes);
    const { spool, start } = await bench(directory, { load_rows: 1_000_000 });
    const sink = memorySink();
    start(sink);
    await emptied(spool);
    expect(sink.stored.map(({ rows }) => rows)).toEqual([60_000, 90_000, 2, 1]);
  });

  it("goes on trying, says what is wrong, and keeps the order", async () => {
    const { spool, start } = await bench();
    const sink = memorySink();
    sink.behave(() => "unavailable");
    await spool.append([feedbackBlock("first")]);
    await spool.seal();
    await spool.append([feedbackBlock("second")]);
    const loader = start(sink);
    await until("some tries", () => sink.calls.length >= 3);
    expect(loader.failure).toBe("the store does not answer");
    expect(new Set(idsOf(sink.calls))).toEqual(new Set(["first"]));
    sink.behave(() => "take");
    await until("the outage to be over", () => sink.stored.length === 2);
    expect(idsOf(sink.stored)).toEqual(["first", "second"]);
    await emptied(spool);
    expect(loader.failure).toBeUndefined();
  });

  it("finds one poison request and one poison line, and loads the rest", async () => {
    const { spool, start, metrics } = await bench();
    const sink = memorySink();
    sink.behave(({ bytes }) => (Buffer.from(bytes).includes("poison") ? "refuse" : "take"));
    for (let id = 0; id < 30; id++) {
      await spool.append([nativeBlock(id === 17 ? "[poison]" : `[${id}]`, "2026-11-24", 10)]);
    }
    const lines = Array.from({ length: 1_000 }, (_, id) => (id === 613 ? "poison" : id));
    await spool.append([feedbackBlock(...lines)]);
    await spool.seal();
    start(sink);
    await emptied(spool);

    const native = sink.stored.filter(({ format }) => format === "Native");
    const text = native.map(({ bytes }) => Buffer.from(bytes).toString()).join("");
    expect(new Set(text.match(/\d+/g))).toEqual(
      new Set(Array.from({ length: 30 }, (_, id) => String(id)).filter((id) => id !== "17")),
    );
    expect(text).toHaveLength("[]".length * 29 + 10 + 19 * 2);
    expect(idsOf(sink.stored).toSorted()).toEqual(
      lines
        .map(String)
        .filter((id) => id !== "poison")
        .toSorted(),
    );
    expect(await deadLetters(spool)).toMatchObject([
      {
        table: "calibrant.feedback",
        rows: 1,
        reason: "Cannot parse input",
        content: '{"feedback_id":"poison"}\n',
      },
      { table: "otel.otel_traces", rows: 10, day: "2026-11-24", content: "[poison]" },
    ]);
    expect(await metrics.value("calibrant.spool.dead_lettered_rows")).toBe(11);
    expect(await metrics.value("calibrant.spool.loaded_rows")).toBe(290 + 999);
    const left = (await readdir(spool.directory)).toSorted();
    expect(left).toEqual(["dead-letters", "lock"]);
  });

  it("stores nothing twice when it is taken apart, interrupted, and then accepted whole", async () => {
    const directory = await temporaryFolder();
    const sink = memorySink();
    const before = await bench(directory);
    for (const id of ["a", "b", "poison", "d"]) await before.spool.append([feedbackBlock(id)]);
    await before.spool.seal();
    let taken = 0;
    sink.behave(({ bytes }) => {
      if (taken > 0) return "unavailable";
      if (Buffer.from(bytes).includes("poison")) return "refuse";
      taken++;
      return "take";
    });
    const loader = before.start(sink, { stop_timeout: 1 });
    await until("the outage in the middle", () => taken > 0 && loader.failure !== undefined);
    await loader.stop();
    await before.spool.close();
    expect(idsOf(sink.stored)).toEqual(["a", "b"]);

    // Somebody has mended the schema: what was refused would be accepted now.
    const after = await bench(directory);
    sink.behave(() => "take");
    after.start(sink);
    await emptied(after.spool);
    expect(idsOf(sink.stored).toSorted()).toEqual(["a", "b", "d", "poison"]);
  });

  it("heeds each refusal that is on disk, also behind one that a crash has cut off", async () => {
    const directory = await temporaryFolder();
    const sink = memorySink();
    const before = await bench(directory);
    for (const id of ["a", "b", "poison", "d"]) await before.spool.append([feedbackBlock(id)]);
    await before.spool.seal();
    const [segment] = await before.spool.closedSegments(testSink);
    const refusals = join(directory, `${segment?.name}.${testSink}.refused`);
    await writeFile(refusals, '{"token":"cut of');
    let taken = 0;
    sink.behave(({ bytes }) => {
      if (taken > 0) return "unavailable";
      if (Buffer.from(bytes).includes("poison")) return "refuse";
      taken++;
      return "take";
    });
    const loader = before.start(sink, { stop_timeout: 1 });
    await until("the outage in the middle", () => taken > 0 && loader.failure !== undefined);
    await loader.stop();
    await before.spool.close();
    const after = await bench(directory);
    sink.behave(() => "take");
    after.start(sink);
    await emptied(after.spool);
    expect(idsOf(sink.stored).toSorted()).toEqual(["a", "b", "d", "poison"]);
  });

  it("shows the way to the store as open while loads fail, half open at a try, closed again after it", async () => {
    const { spool, start, metrics } = await bench();
    const sink = memorySink();
    const circuit = async (): Promise<string | undefined> => {
      for (const state of ["closed", "open", "half_open"]) {
        if ((await metrics.value("calibrant.spool.load_circuit", { state })) === 1) return state;
      }
      return undefined;
    };
    start(sink);
    expect(await circuit()).toBe("closed");
    sink.behave(() => "unavailable");
    await spool.append([feedbackBlock("first")]);
    await spool.seal();
    await until("failures", () => sink.calls.length >= 2);
    expect(await circuit()).toBe("open");
    expect(await metrics.value("calibrant.spool.load_consecutive_failures")).toBe(2);
    const held = heldClock();
    sink.behave(() => "take");
    sink.delay(held.sleep(1));
    await until("the next try", () => sink.calls.length === 3);
    expect(await circuit()).toBe("half_open");
    held.advance(1);
    await emptied(spool);
    expect(await circuit()).toBe("closed");
    expect(await metrics.value("calibrant.spool.load_consecutive_failures")).toBe(0);
  });

  it("brings the rest to the store when it is stopped", async () => {
    const { spool, start } = await bench();
    const sink = memorySink();
    const loader = start(sink, { segment_age: 3_600_000 });
    await spool.append([feedbackBlock("open")]);
    await loader.stop();
    expect(idsOf(sink.stored)).toEqual(["open"]);
    expect(spool.state().segments).toBe(0);
  });

  it("leaves the rest in the spool when the store does not answer in time", async () => {
    const directory = await temporaryFolder();
    const { spool, start } = await bench(directory);
    const sink = memorySink();
    sink.behave(() => "hang");
    await spool.append([feedbackBlock("kept")]);
    await spool.seal();
    const loader = start(sink, { stop_timeout: 50 });
    await until("the load under way", () => sink.calls.length === 1);
    await loader.stop();
    await spool.close();

    const again = await bench(directory);
    sink.behave(() => "take");
    again.start(sink);
    await emptied(again.spool);
    expect(idsOf(sink.stored)).toEqual(["kept"]);
  });
});
