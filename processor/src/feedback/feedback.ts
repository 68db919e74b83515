import type { Meter } from "@opentelemetry/api";
import type { Clock } from "../kernel/clock.js";
import type { Feedback } from "../model/feedback.js";
import type { FeedbackDoor, Intake, Redactor } from "../model/ports.js";
import { checkEvents } from "./event-checks.js";
import { toFeedback } from "./event-to-feedback.js";
import { redactEvent } from "./event-redaction.js";
import { encodeFeedback } from "./feedback-block.js";
import type { FeedbackConfig } from "./feedback-config.js";

export interface FeedbackDoorOptions {
  readonly config: FeedbackConfig;
  readonly intake: Intake;
  /** Takes out what must not be stored. */
  readonly redactor?: Redactor | undefined;
  readonly clock: Clock;
  readonly meter: Meter;
}

/**
 * Takes what users say and do about answers. A request is stored as a whole or not at all: one
 * faulty event refuses its neighbours too, so that a client never has to find out which went in.
 */
export function createFeedbackDoor(options: FeedbackDoorOptions): FeedbackDoor {
  const { config, intake, redactor, clock } = options;
  const counted = countEvents(options.meter);

  return {
    accept: async (body, source) => {
      const receivedAt = clock.now();
      const checked = checkEvents(body, { config, now: receivedAt });
      counted("received", source, checked.count);
      if (checked.outcome === "faulty") {
        counted("rejected", source, checked.count);
        return { outcome: "rejected", faults: checked.faults };
      }
      const events =
        redactor === undefined
          ? checked.events
          : checked.events.map((event) => redactEvent(event, redactor));
      const rows = events.map((event) => toFeedback(event, { receivedAt, source }));
      // An event that comes twice in one request is stored once, as it came last.
      const distinct = [...new Map(rows.map((row) => [row.feedback_id, row])).values()];
      try {
        await intake.append([encodeFeedback(distinct, receivedAt)]);
      } catch (error) {
        counted("failed", source, rows.length);
        throw error;
      }
      counted("accepted", source, rows.length);
      return { outcome: "accepted", feedbackIds: rows.map((row) => row.feedback_id) };
    },
  };
}

type EventOutcome = "received" | "accepted" | "rejected" | "failed";

function countEvents(
  meter: Meter,
): (outcome: EventOutcome, source: Feedback["source"], events: number) => void {
  const counter = meter.createCounter("calibrant.feedback.events", {
    description: "Feedback events by what became of them",
    unit: "{event}",
  });
  return (outcome, source, events) => counter.add(events, { outcome, source });
}
