import { afterEach, describe, expect, it } from "vitest";
import { createLogger } from "#processor/kernel/logger.js";
import { createRest } from "#processor/kernel/rest.js";
import { startWorker, type WakefulWorker } from "#processor/kernel/worker.js";
import { heldClock } from "../support/held-clock.js";
import { until } from "../support/until.js";

describe("a rest", () => {
  it("ends with its time, when it is ended, and with the signal", async () => {
    const clock = heldClock();
    const rest = createRest(clock);
    const stopping = new AbortController();
    const ends = [() => clock.advance(1_000), rest.end, () => stopping.abort()];
    const ended: number[] = [];
    for (const [index, end] of ends.entries()) {
      const taken = rest.take(1_000, stopping.signal).then(() => ended.push(index));
      expect(ended).toHaveLength(index);
      end();
      await taken;
    }
    await rest.take(1_000, stopping.signal);
    expect(ended).toEqual([0, 1, 2]);
  });

  it("that was ended before it began is none, but the one after it is", async () => {
    const clock = heldClock();
    const rest = createRest(clock);
    rest.end();
    rest.end();
    await rest.take(1_000);
    const ended: string[] = [];
    const next = rest.take(1_000).then(() => ended.push("next"));
    clock.advance(999);
    await Promise.resolve();
    expect(ended).toEqual([]);
    clock.advance(1);
    await next;
  });
});

describe("a worker", () => {
  let worker: WakefulWorker | undefined;
  afterEach(() => worker?.stop());

  it("that rests begins a round when it is woken", async () => {
    let rounds = 0;
    worker = startWorker({
      name: "test",
      clock: heldClock(),
      logger: createLogger("silent"),
      idleDelay: () => 3_600_000,
      round: async () => {
        rounds++;
        return false;
      },
    });
    await until("the first round", () => rounds === 1);
    worker.wake();
    expect(await until("the second round", () => rounds === 2)).toBe(true);
  });

  it("that is woken in a round makes another one", async () => {
    let rounds = 0;
    worker = startWorker({
      name: "test",
      clock: heldClock(),
      logger: createLogger("silent"),
      idleDelay: 3_600_000,
      round: async () => {
        await Promise.resolve();
        if (++rounds === 1) worker?.wake();
        return false;
      },
    });
    expect(await until("the second round", () => rounds === 2)).toBe(true);
  });
});
