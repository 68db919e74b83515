import { describe, expect, it } from "vitest";
import { heldClock } from "../support/held-clock.js";
import { emptied, loading } from "../support/loading.js";
import { memorySink } from "../support/memory-sink.js";
import { feedbackBlock, idsOf, nativeBlock } from "../support/spool-blocks.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { until } from "../support/until.js";

describe("the loader while the store fails", () => {
  it("stores everything once when the store takes a load and the reply is lost", async () => {
    const { spool, start, metrics } = await loading();
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

  it("goes on trying, says what is wrong, and keeps the order", async () => {
    const { spool, start } = await loading();
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

  it("shows the way to the store as open while loads fail, half open at a try, closed again after it", async () => {
    const { spool, start, metrics } = await loading();
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

  it("leaves the rest in the spool when the store does not answer in time", async () => {
    const directory = await temporaryFolder();
    const { spool, start } = await loading(directory);
    const sink = memorySink();
    sink.behave(() => "hang");
    await spool.append([feedbackBlock("kept")]);
    await spool.seal();
    const loader = start(sink, { stop_timeout: 50 });
    await until("the load under way", () => sink.calls.length === 1);
    await loader.stop();
    await spool.close();

    const again = await loading(directory);
    sink.behave(() => "take");
    again.start(sink);
    await emptied(again.spool);
    expect(idsOf(sink.stored)).toEqual(["kept"]);
  });
});
