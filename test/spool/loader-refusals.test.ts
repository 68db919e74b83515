import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Spool } from "#processor/spool/spool.js";
import { emptied, loading, type Loading } from "../support/loading.js";
import { memorySink, type MemorySink } from "../support/memory-sink.js";
import { testSink } from "../support/open-spool.js";
import { feedbackBlock, idsOf, nativeBlock } from "../support/spool-blocks.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { until } from "../support/until.js";

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

interface Bench {
  readonly directory: string;
  readonly sink: MemorySink;
  readonly first: Loading;
}

/** A spool with a segment of which the store will refuse a part. */
async function filled(): Promise<Bench> {
  const directory = await temporaryFolder();
  const first = await loading(directory);
  for (const id of ["a", "b", "poison", "d"]) await first.spool.append([feedbackBlock(id)]);
  await first.spool.seal();
  return { directory, sink: memorySink(), first };
}

/** The store refuses the segment as a whole, takes one part of it, and fails. */
async function interrupted({ sink, first }: Bench): Promise<void> {
  let taken = 0;
  sink.behave(({ bytes }) => {
    if (taken > 0) return "unavailable";
    if (Buffer.from(bytes).includes("poison")) return "refuse";
    taken++;
    return "take";
  });
  const loader = first.start(sink, { stop_timeout: 1 });
  await until("the outage in the middle", () => taken > 0 && loader.failure !== undefined);
  await loader.stop();
  await first.spool.close();
}

/** Somebody has mended the schema: what was refused is accepted now. Gives all that is stored. */
async function mended({ directory, sink }: Bench): Promise<string[]> {
  const after = await loading(directory);
  sink.behave(() => "take");
  after.start(sink);
  await emptied(after.spool);
  return idsOf(sink.stored).toSorted();
}

describe("the loader with what the store refuses", () => {
  it("finds one poison request and one poison line, and loads the rest", async () => {
    const { spool, start, metrics } = await loading();
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
    const bench = await filled();
    await interrupted(bench);
    expect(idsOf(bench.sink.stored)).toEqual(["a", "b"]);
    expect(await mended(bench)).toEqual(["a", "b", "d", "poison"]);
  });

  it("heeds each refusal that is on disk, also behind one that a crash has cut off", async () => {
    const bench = await filled();
    const [segment] = await bench.first.spool.closedSegments(testSink);
    const refusals = join(bench.directory, `${segment?.name}.${testSink}.refused`);
    await writeFile(refusals, '{"token":"cut of');
    await interrupted(bench);
    expect(await mended(bench)).toEqual(["a", "b", "d", "poison"]);
  });
});
