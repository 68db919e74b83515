import { describe, expect, it } from "vitest";
import { emptied, loading } from "../support/loading.js";
import { memorySink } from "../support/memory-sink.js";
import { testSink } from "../support/open-spool.js";
import { feedbackBlock, idsOf, nativeBlock } from "../support/spool-blocks.js";

describe("the loader", () => {
  it("groups by table and day, oldest segment first, and forgets what is loaded", async () => {
    const { spool, start, metrics } = await loading();
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

  it("brings the rest to the store when it is stopped", async () => {
    const { spool, start } = await loading();
    const sink = memorySink();
    const loader = start(sink, { segment_age: 3_600_000 });
    await spool.append([feedbackBlock("open")]);
    await loader.stop();
    expect(idsOf(sink.stored)).toEqual(["open"]);
    expect(spool.state().segments).toBe(0);
  });
});
