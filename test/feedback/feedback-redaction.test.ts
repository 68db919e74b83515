import { createNoopMeter } from "@opentelemetry/api";
import { expect, it } from "vitest";
import { feedbackConfig } from "#processor/feedback/feedback-config.js";
import { createFeedbackDoor } from "#processor/feedback/feedback.js";
import type { Block } from "#processor/model/block.js";
import { allPresets, canaries, redactorWith } from "../support/redaction.js";

it("stores and counts feedback without what the rules find, and gives a retry the same id", async () => {
  const blocks: Block[] = [];
  const { redactor, metrics } = redactorWith({ patterns: allPresets });
  const door = createFeedbackDoor({
    config: feedbackConfig.parse({}),
    clock: { now: () => 1_780_000_000_000, sleep: () => Promise.resolve() },
    intake: {
      append: (given) => {
        blocks.push(...given);
        return Promise.resolve();
      },
    },
    redactor,
    meter: createNoopMeter(),
  });
  const secrets = Object.values(canaries);
  const target = {
    trace_id: "0af7651916cd43dd8448eb211c80319c",
    occurred_at: 1_779_999_999_000,
    response_id: `response of ${canaries.email}`,
    user_id: canaries.email,
  };
  const events = [
    { ...target, kind: "comment", comment: `call me: ${secrets.join(" or ")}` },
    { ...target, kind: "choice", value: canaries.phone },
    { ...target, kind: "thumbs", value: -1, idempotency_key: canaries.iban },
  ];
  const first = await door.accept(events, "api");
  expect(await door.accept(events, "api")).toEqual(first);
  const stored = Buffer.concat(blocks.map(({ bytes }) => bytes)).toString();
  for (const secret of secrets) expect(stored).not.toContain(secret);
  const rows = stored
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(rows[0]).toMatchObject({
    user_id: "[email]",
    response_id: "response of [email]",
    comment: `call me: ${allPresets.map((preset) => `[${preset}]`).join(" or ")}`,
  });
  expect(rows[1]).toMatchObject({ choice: "[phone]" });
  expect(rows[2]).toMatchObject({ kind: "thumbs", value: -1 });
  expect(await metrics.value("calibrant.redact.replacements", { rule: "jwt" })).toBe(2);
});
