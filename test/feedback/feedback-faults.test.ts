import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { feedbackKinds } from "#processor/model/feedback.js";
import { door, now, span, trace } from "../support/feedback-door.js";

async function faultsOf(body: unknown): Promise<string[]> {
  const { door: tried, blocks } = door();
  const receipt = await tried.accept(body, "api");
  expect(blocks).toEqual([]);
  expect(receipt.outcome).toBe("rejected");
  return receipt.outcome === "rejected"
    ? receipt.faults.map(({ path, message }) => `${path}: ${message}`)
    : [];
}

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
});
