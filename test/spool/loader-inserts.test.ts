import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { firstFormatSegment } from "../support/first-format.js";
import { emptied, loading } from "../support/loading.js";
import { memorySink } from "../support/memory-sink.js";
import { feedbackBlock, idsOf, nativeBlock } from "../support/spool-blocks.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { until } from "../support/until.js";

describe("how the loader cuts segments into inserts", () => {
  it("splits what is too large for one insert, between requests", async () => {
    const { spool, start } = await loading(undefined, { load_size: 1_000 });
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

  it("cuts a segment as it did before, though the limits of an insert have changed since", async () => {
    const directory = await temporaryFolder();
    const sink = memorySink();
    const before = await loading(directory, { load_rows: 2, load_size: 1_000.5 });
    for (const id of ["a", "b", "c", "d"]) await before.spool.append([feedbackBlock(id)]);
    await before.spool.seal();
    sink.behave(() => (sink.calls.length === 1 ? "take" : "drop-reply"));
    const loader = before.start(sink, { stop_timeout: 1 });
    await until("a lost reply", () => loader.failure !== undefined);
    await loader.stop();
    await before.spool.close();

    for (const settings of [{ load_rows: 3 }, { load_size: 10 }, {}]) {
      const after = await loading(directory, settings);
      sink.behave(() => "drop-reply");
      const again = after.start(sink, { stop_timeout: 1 });
      await until("a lost reply", () => again.failure !== undefined);
      await again.stop();
      await after.spool.close();
    }
    sink.behave(() => "take");
    const last = await loading(directory);
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
    const { spool, start } = await loading(directory, { load_rows: 1_000_000 });
    const sink = memorySink();
    start(sink);
    await emptied(spool);
    expect(sink.stored.map(({ rows }) => rows)).toEqual([60_000, 90_000, 2, 1]);
  });
});
