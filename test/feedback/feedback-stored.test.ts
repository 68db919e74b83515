import { createNoopMeter } from "@opentelemetry/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { feedbackConfig } from "#processor/feedback/feedback-config.js";
import { createFeedbackDoor } from "#processor/feedback/feedback.js";
import { systemClock } from "#processor/kernel/clock.js";
import { startTestStore, type TestStore } from "../support/store.js";

let store: TestStore;

beforeAll(async () => {
  store = await startTestStore();
});

afterAll(() => store.stop());

describe("a feedback block", () => {
  it("is taken by the store as it is, hostile text included", async () => {
    const door = createFeedbackDoor({
      config: feedbackConfig.parse({}),
      clock: systemClock,
      meter: createNoopMeter(),
      intake: {
        append: async (blocks) => {
          for (const { table, format, bytes } of blocks) {
            await store.client.insertRaw({ table, format, pieces: [bytes] });
          }
        },
      },
    });
    const comment = `\u0000 \ud800 "quoted" \\N \n\t <b>'); DROP TABLE calibrant.feedback; -- 🙂`;
    const receipt = await door.accept(
      [
        {
          trace_id: "a".repeat(32),
          kind: "comment",
          comment,
          occurred_at: "2026-01-02T03:04:05.678+02:00",
        },
        { response_id: "r", kind: "rating", value: 4.5, max: 5 },
        { response_id: "r", kind: "choice", value: "off topic" },
      ],
      "api",
    );
    expect(receipt.outcome).toBe("accepted");
    const rows = await store.client.query(
      `SELECT kind, value, value_max, choice, comment, trace_id, response_id, matched,
              formatDateTime(occurred_at, '%FT%T', 'UTC') AS occurred,
              occurred_at = received_at AS at_once
       FROM calibrant.v_feedback ORDER BY kind`,
    );
    const empty = {
      value: null,
      value_max: null,
      choice: "",
      comment: "",
      trace_id: "",
      response_id: "r",
      matched: 0,
      occurred: expect.any(String),
      at_once: 1,
    };
    expect(rows).toEqual([
      { ...empty, kind: "choice", choice: "off topic" },
      {
        ...empty,
        kind: "comment",
        comment: comment.replace("\ud800", "\ufffd"),
        trace_id: "a".repeat(32),
        response_id: "",
        occurred: "2026-01-02T01:04:05",
        at_once: 0,
      },
      { ...empty, kind: "rating", value: 4.5, value_max: 5 },
    ]);
  });
});
