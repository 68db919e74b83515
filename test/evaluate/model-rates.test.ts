import * as fc from "fast-check";
import { setMaxListeners } from "node:events";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTokenBucket } from "#processor/evaluate/models/token-bucket.js";
import type { Clock } from "#processor/kernel/clock.js";
import { heldClock } from "../support/held-clock.js";
import { pendingInteraction } from "../support/pending-interaction.js";
import { relevanceJudge } from "../support/relevance-judge.js";
import { startScriptedModel, steps, type ScriptedModel } from "../support/scripted-model.js";

const never = new AbortController().signal;
setMaxListeners(0, never);
const minute = 60_000;

/** A clock for one sleeper at a time, whose time passes only in its sleep. */
function leapingClock(): Clock {
  let now = 1_750_000_000_000;
  return {
    now: () => now,
    sleep: async (milliseconds) => {
      now += milliseconds;
    },
  };
}

/** The most that was taken in any minute. */
function mostInAMinute(taken: readonly { readonly at: number; readonly amount: number }[]): number {
  const sums = taken.map(({ at }) =>
    taken
      .filter((other) => other.at >= at && other.at < at + minute)
      .reduce((sum, { amount }) => sum + amount, 0),
  );
  return Math.max(0, ...sums);
}

describe("a token bucket", () => {
  it("gives no minute more than its amount, and nearly that much to those who wait", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5_000 }),
        fc.array(fc.integer({ min: 0, max: 2_000 }), { minLength: 30, maxLength: 30 }),
        async (perMinute, pauses) => {
          const clock = leapingClock();
          const bucket = createTokenBucket(perMinute, clock);
          const taken: { at: number; amount: number }[] = [];
          const begun = clock.now();
          let idle = 0;
          for (const pause of pauses) {
            await clock.sleep(pause);
            idle += pause;
            await bucket.take(1, never);
            taken.push({ at: clock.now(), amount: 1 });
          }
          expect(mostInAMinute(taken)).toBeLessThanOrEqual(perMinute);
          const longest = (taken.length * minute) / (perMinute * (11 / 12)) + idle + taken.length;
          expect(clock.now() - begun).toBeLessThanOrEqual(longest);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("gives an amount larger than a minute's, and lets the next ones wait for it", async () => {
    const clock = leapingClock();
    const begun = clock.now();
    const bucket = createTokenBucket(1_200, clock);
    await bucket.take(12_000, never);
    expect(clock.now() - begun).toBe(0);
    await bucket.take(1, never);
    expect(clock.now() - begun).toBeGreaterThan(10 * minute);
  });

  it("takes nothing for a wait that was ended", async () => {
    const clock = heldClock();
    const bucket = createTokenBucket(12, clock);
    await bucket.take(1, never);
    const stopping = new AbortController();
    const waits = [1, 2, 3].map(() => bucket.take(1, stopping.signal));
    stopping.abort(new Error("stopped"));
    for (const wait of waits) await expect(wait).rejects.toThrow("stopped");
    await expect(bucket.take(1, stopping.signal)).rejects.toThrow("stopped");
    // Just enough for one.
    clock.advance(Math.ceil(minute / 11));
    await bucket.take(1, never);
  });
});

describe("the rates of a model", () => {
  let server: ScriptedModel;
  beforeAll(async () => {
    server = await startScriptedModel(steps.verdict("relevant"));
  });
  beforeEach(() => server.play(steps.verdict("relevant")));
  afterAll(() => server.close());

  /** When each of so many evaluations, one after the other, reached the server. */
  async function arrivals(model: object, evaluations: number): Promise<number[]> {
    const clock = leapingClock();
    const evaluator = relevanceJudge({ url: server.url, clock, model });
    const times: number[] = [];
    server.play((request, response) => {
      times.push(clock.now());
      return steps.verdict("relevant")(request, response);
    });
    for (let index = 0; index < evaluations; index++) {
      await evaluator.evaluate(pendingInteraction(), never);
    }
    return times;
  }

  it("spread requests over the minutes", async () => {
    const times = await arrivals({ requests_per_minute: 12 }, 30);
    expect(times).toHaveLength(30);
    // The waits are rounded up to whole milliseconds.
    expect([11, 12]).toContain(mostInAMinute(times.map((at) => ({ at, amount: 1 }))));
  });

  it("spread tokens by what they really were, not by what was expected", async () => {
    // The server reports 1,100 tokens a call; 20,000 more could have been answered.
    const model = { tokens_per_minute: 110_000, max_output_tokens: 20_000 };
    const times = await arrivals(model, 200);
    const most = mostInAMinute(times.map((at) => ({ at, amount: 1_100 })));
    expect(most).toBeLessThanOrEqual(110_000);
    const spent = (times.at(-1) ?? 0) - (times[0] ?? 0);
    expect(spent).toBeLessThan(3 * minute);
  });

  it("are counted again at every attempt", async () => {
    const clock = leapingClock();
    server.play(steps.status(503, {}), steps.status(503, {}), steps.verdict("relevant"));
    const model = { requests_per_minute: 1 };
    const begun = clock.now();
    const verdict = relevanceJudge({ url: server.url, clock, model }).evaluate(
      pendingInteraction(),
      never,
    );
    expect(await verdict).toMatchObject({ outcome: "scored" });
    expect(clock.now() - begun).toBeGreaterThan(2 * minute);
  });

  it("do not take from the time of a call, and end with the signal", async () => {
    // The first waits for nobody; the second would wait for five seconds.
    const clock = heldClock();
    const evaluator = relevanceJudge({
      url: server.url,
      clock,
      model: { requests_per_minute: 12, timeout: 200 },
    });
    await evaluator.evaluate(pendingInteraction(), never);
    const stopping = new AbortController();
    const stopped = evaluator.evaluate(pendingInteraction(), stopping.signal);
    const waiting = evaluator.evaluate(pendingInteraction(), never);
    // Longer than the call may take.
    await new Promise((resolve) => setTimeout(resolve, 400));
    stopping.abort(new Error("stopped"));
    await expect(stopped).rejects.toThrow("stopped");
    clock.advance(minute);
    expect(await waiting).toMatchObject({ outcome: "scored" });
  });
});
