import * as fc from "fast-check";
import { createNoopMeter } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import { feedbackConfig } from "#processor/feedback/feedback-config.js";
import { createFeedbackDoor } from "#processor/feedback/feedback.js";
import { CalibrantError } from "#processor/kernel/errors.js";
import type { Block } from "#processor/model/block.js";
import { feedbackKinds } from "#processor/model/feedback.js";
import type { FeedbackDoor, FeedbackReceipt } from "#processor/model/ports.js";

const now = Date.UTC(2026, 4, 9, 7, 30, 0, 250);
const trace = "0AF7651916CD43DD8448EB211C80319C";
const span = "b7ad6b7169203331";

function door(overrides: Partial<Parameters<typeof createFeedbackDoor>[0]> = {}): {
  door: FeedbackDoor;
  blocks: Block[];
} {
  const blocks: Block[] = [];
  return {
    blocks,
    door: createFeedbackDoor({
      config: feedbackConfig.parse({}),
      clock: { now: () => now, sleep: () => Promise.resolve() },
      intake: {
        append: (given) => {
          blocks.push(...given);
          return Promise.resolve();
        },
      },
      meter: createNoopMeter(),
      ...overrides,
    }),
  };
}

function rowsOf(blocks: readonly Block[]): Record<string, unknown>[] {
  return blocks.flatMap((block) =>
    Buffer.from(block.bytes)
      .toString()
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>),
  );
}

async function faultsOf(body: unknown): Promise<string[]> {
  const { door: tried, blocks } = door();
  const receipt = await tried.accept(body, "api");
  expect(blocks).toEqual([]);
  expect(receipt.outcome).toBe("rejected");
  return receipt.outcome === "rejected"
    ? receipt.faults.map(({ path, message }) => `${path}: ${message}`)
    : [];
}

function idsOf(receipt: FeedbackReceipt): readonly string[] {
  if (receipt.outcome !== "accepted") throw new Error(JSON.stringify(receipt.faults));
  return receipt.feedbackIds;
}

describe("feedback that is sound", () => {
  it("is stored with every column, ids in lower case and times in UTC", async () => {
    const { door: tried, blocks } = door();
    const receipt = await tried.accept(
      {
        trace_id: trace,
        span_id: span,
        kind: "rating",
        value: 4,
        max: 5,
        comment: "Fast, but \ud800 odd",
        user_id: "u-17",
        occurred_at: "2026-05-09T09:29:00+02:00",
        token: null,
      },
      "browser",
    );
    expect(idsOf(receipt)).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/)]);
    expect(blocks).toEqual([
      expect.objectContaining({
        table: "calibrant.feedback",
        format: "JSONEachRow",
        day: "2026-05-09",
        rows: 1,
      }),
    ]);
    expect(rowsOf(blocks)).toEqual([
      {
        feedback_id: idsOf(receipt)[0],
        received_at: "2026-05-09 07:30:00.250",
        occurred_at: "2026-05-09 07:29:00.000",
        interaction_id: "",
        trace_id: trace.toLowerCase(),
        span_id: span,
        response_id: "",
        kind: "rating",
        value: 4,
        value_max: 5,
        choice: "",
        comment: "Fast, but \ufffd odd",
        user_id: "u-17",
        source: "browser",
      },
    ]);
  });

  it.each([
    { kind: "thumbs", value: -1 },
    { kind: "rating", value: 2.5 },
    { kind: "choice", value: "wrong language" },
    { kind: "comment", comment: "Ünïcödé 🙂" },
    { kind: "correction", comment: "The capital is Canberra." },
    { kind: "copy" },
    { kind: "edit", value: 0.25, comment: "edited text" },
    { kind: "retry" },
    { kind: "abandon" },
    { kind: "follow_up" },
    { kind: "dwell", value: 4_200 },
    { kind: "escalation", comment: "asked for a person" },
  ])("of kind $kind is accepted", async (event) => {
    const { door: tried, blocks } = door();
    idsOf(await tried.accept({ ...event, response_id: "chatcmpl-1" }, "api"));
    expect(rowsOf(blocks)).toEqual([
      expect.objectContaining({
        kind: event.kind,
        value: typeof event.value === "number" ? event.value : null,
        choice: event.kind === "choice" ? event.value : "",
        comment: event.comment ?? "",
        occurred_at: "2026-05-09 07:30:00.250",
      }),
    ]);
  });

  it("names the trace and span of an interaction, too", async () => {
    const { door: tried, blocks } = door();
    const event = { interaction_id: `${trace}-${span}`, kind: "copy" };
    await tried.accept([event, { ...event, trace_id: trace }], "api");
    const named = { trace_id: trace.toLowerCase(), span_id: span };
    expect(rowsOf(blocks)).toEqual([
      expect.objectContaining(named),
      expect.objectContaining(named),
    ]);
  });

  it("comes in batches, with one id for each event in order and one row for equal ones", async () => {
    const { door: tried, blocks } = door();
    const [first, second, third] = idsOf(
      await tried.accept(
        [
          { trace_id: trace, kind: "thumbs", value: 1, idempotency_key: "k" },
          { trace_id: trace, kind: "copy" },
          { trace_id: trace.toLowerCase(), kind: "thumbs", value: -1, idempotency_key: "k" },
        ],
        "api",
      ),
    );
    expect(third).toBe(first);
    expect(second).not.toBe(first);
    expect(rowsOf(blocks).map((row) => [row["kind"], row["value"]])).toEqual([
      ["thumbs", -1],
      ["copy", null],
    ]);
  });

  it("has an id that holds still for the same event and moves for any other", async () => {
    const { door: tried } = door();
    const event = { trace_id: trace, kind: "thumbs", value: 1 };
    const id = async (body: unknown): Promise<string> =>
      idsOf(await tried.accept(body, "api"))[0] ?? "";
    const original = await id(event);
    expect(await id({ value: 1, kind: "thumbs", trace_id: trace.toLowerCase() })).toBe(original);
    const others = await Promise.all([
      id({ ...event, value: -1 }),
      id({ ...event, user_id: "u" }),
      id({ ...event, comment: "x" }),
      id({ ...event, occurred_at: now }),
      id({ ...event, idempotency_key: "a" }),
      id({ ...event, idempotency_key: "a", user_id: "u" }),
      id({ response_id: "r", kind: "thumbs", value: 1, idempotency_key: "a" }),
    ]);
    expect(new Set([original, ...others]).size).toBe(others.length + 1);
  });
});

describe("feedback with faults", () => {
  it("is refused as a whole, with every fault and its path", async () => {
    expect(
      await faultsOf([
        { trace_id: trace, kind: "thumbs", value: 1 },
        { trace_id: "abc", kind: "thumbs", value: 0, colour: "red" },
        { kind: "applause", value: [] },
        "up",
      ]),
    ).toEqual([
      "[1].trace_id: expected 32 hexadecimal digits",
      "[1].colour: is not a known field",
      "[1].value: thumbs must be -1 or 1",
      `[2].kind: expected one of ${feedbackKinds.join(", ")}`,
      "[2].value: expected a number or text",
      "[2]: needs one of interaction_id, trace_id or response_id",
      "[3]: expected an object",
    ]);
  });

  const target = { trace_id: trace };
  it.each<[string, unknown, string[]]>([
    ["nothing", null, [": expected an object"]],
    ["an empty array", [], [": holds no event"]],
    [
      "too many events",
      Array.from({ length: 1_001 }, () => ({})),
      [": holds 1001 events; at most 1000 go into one request"],
    ],
    ["no kind", target, [`kind: expected one of ${feedbackKinds.join(", ")}`]],
    ["no target", { kind: "copy" }, [": needs one of interaction_id, trace_id or response_id"]],
    [
      "a span without its trace",
      { kind: "copy", response_id: "r", span_id: span },
      ["span_id: needs trace_id beside it"],
    ],
    [
      "an id of zeros",
      { kind: "copy", trace_id: "0".repeat(32) },
      ["trace_id: must not be all zeros"],
    ],
    [
      "an interaction of another trace",
      { kind: "copy", trace_id: "1".repeat(32), interaction_id: `${trace}-${span}` },
      ["trace_id: is not the trace of interaction_id"],
    ],
    [
      "an interaction id of another form",
      { kind: "copy", interaction_id: "42" },
      [
        "interaction_id: expected a trace id of 32 and a span id of 16 hexadecimal digits, joined by a hyphen",
      ],
    ],
    ["thumbs of 0", { ...target, kind: "thumbs", value: 0 }, ["value: thumbs must be -1 or 1"]],
    [
      "thumbs in words",
      { ...target, kind: "thumbs", value: "up" },
      ["value: thumbs must be -1 or 1"],
    ],
    [
      "a rating in words",
      { ...target, kind: "rating", value: "4" },
      ["value: rating must be a number"],
    ],
    [
      "a rating over its scale",
      { ...target, kind: "rating", value: 6, max: 5 },
      ["max: is less than value"],
    ],
    [
      "a scale without a rating",
      { ...target, kind: "copy", max: 5 },
      ["max: belongs to a rating only"],
    ],
    [
      "a choice of nothing",
      { ...target, kind: "choice", value: " " },
      ["value: choice must be text of 1 to 200 characters"],
    ],
    [
      "an empty comment",
      { ...target, kind: "comment", comment: " " },
      ["comment: is required for a comment"],
    ],
    [
      "a correction without text",
      { ...target, kind: "correction" },
      ["comment: must hold the corrected answer"],
    ],
    [
      "a huge comment",
      { ...target, kind: "comment", comment: "é".repeat(4_097) },
      ["comment: is longer than 8192 bytes"],
    ],
    [
      "a retry with a value",
      { ...target, kind: "retry", value: 1 },
      ["value: this kind takes no value"],
    ],
    [
      "a negative dwell",
      { ...target, kind: "dwell", value: -1 },
      ["value: dwell must be milliseconds, 0 or more"],
    ],
    [
      "seconds for milliseconds",
      { ...target, kind: "copy", occurred_at: now / 1_000 - 0.25 },
      ["occurred_at: lies before the year 2000; a number counts milliseconds, not seconds"],
    ],
    [
      "the far future",
      { ...target, kind: "copy", occurred_at: now + 300_001 },
      ["occurred_at: lies in the future"],
    ],
    [
      "a time without its zone",
      { ...target, kind: "copy", occurred_at: "2026-05-09 07:30" },
      [
        "occurred_at: expected an ISO 8601 time with its zone, such as 2026-05-09T07:30:00Z, or milliseconds since 1970",
      ],
    ],
    [
      "an infinite value",
      JSON.parse(`{"trace_id":"${trace}","kind":"rating","value":1e999}`),
      ["value: expected a number or text"],
    ],
    [
      "a prototype for a field",
      JSON.parse(
        `{"trace_id":"${trace}","kind":"copy","__proto__":{"kind":"thumbs"},"constructor":1}`,
      ),
      ["__proto__: is not a known field", "constructor: is not a known field"],
    ],
  ])("names the fault of %s", async (_name, body, faults) => {
    expect(await faultsOf(body)).toEqual(faults);
  });

  it("names a hundred faults and counts the rest", async () => {
    const faults = await faultsOf(Array.from({ length: 90 }, () => ({})));
    expect(faults).toHaveLength(101);
    expect(faults.at(-1)).toBe(": and 80 more faults");
  });

  it("never throws, whatever JSON comes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (body) => {
        const { door: tried, blocks } = door();
        const receipt = await tried.accept(body, "api");
        expect(receipt.outcome).toBe("rejected");
        expect(blocks).toEqual([]);
      }),
    );
  });

  it("stores whatever text comes as one line that reads back as the same text", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: "binary", minLength: 1, maxLength: 200 }),
        async (text) => {
          const { door: tried, blocks } = door();
          await tried.accept(
            { trace_id: trace, kind: "copy", comment: text, user_id: text },
            "api",
          );
          const well = text.replace(/\p{Surrogate}/gu, "\ufffd");
          expect(rowsOf(blocks)).toEqual([
            expect.objectContaining({ comment: well, user_id: well }),
          ]);
        },
      ),
    );
  });
});

describe("feedback that cannot be stored", () => {
  it("fails with the error of the spool", async () => {
    const full = new CalibrantError("SPOOL_FULL", "the disk is full", { retryable: true });
    const { door: tried } = door({ intake: { append: () => Promise.reject(full) } });
    await expect(tried.accept({ trace_id: trace, kind: "copy" }, "api")).rejects.toBe(full);
  });
});
