import { createNoopMeter } from "@opentelemetry/api";
import { feedbackConfig } from "#processor/feedback/feedback-config.js";
import { createFeedbackDoor } from "#processor/feedback/feedback.js";
import type { Block } from "#processor/model/block.js";
import type { FeedbackDoor } from "#processor/model/ports.js";

/** Milliseconds since 1970 at which the clock of the door stands. */
export const now = Date.UTC(2026, 4, 9, 7, 30, 0, 250);
/** A trace and one of its spans. */
export const trace = "0AF7651916CD43DD8448EB211C80319C";
export const span = "b7ad6b7169203331";

/** The door of the room, and what it has handed on to the spool. */
export function door(overrides: Partial<Parameters<typeof createFeedbackDoor>[0]> = {}): {
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

/** The rows that would be stored. */
export function rowsOf(blocks: readonly Block[]): Record<string, unknown>[] {
  return blocks.flatMap((block) =>
    Buffer.from(block.bytes)
      .toString()
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>),
  );
}
