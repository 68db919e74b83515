import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CalibrantError } from "#processor/kernel/errors.js";
import type { FeedbackReceipt } from "#processor/model/ports.js";
import { door, now, rowsOf, span, trace } from "../support/feedback-door.js";

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
