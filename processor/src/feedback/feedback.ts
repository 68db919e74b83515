import type { Meter } from "@opentelemetry/api";
import type { Clock } from "../kernel/clock.js";
import type { Feedback } from "../model/feedback.js";
import type { FeedbackDoor, FeedbackSender, Intake, Redactor } from "../model/ports.js";
import { checkEvents } from "./event-checks.js";
import { toFeedback } from "./event-to-feedback.js";
import { redactEvent } from "./event-redaction.js";
import { encodeFeedback } from "./feedback-block.js";
import type { FeedbackConfig } from "./feedback-config.js";
import { createGate } from "./gate.js";

export interface FeedbackDoorOptions {
  readonly config: FeedbackConfig;
  readonly intake: Intake;
  /** Takes out what must not be stored. */
  readonly redactor?: Redactor | undefined;
  readonly clock: Clock;
  readonly meter: Meter;
}

/** A caller of this process, or one who has shown an API key. */
const trusted: FeedbackSender = { admitted: true, address: "" };

/**
 * Takes what users say and do about answers. A request is stored as a whole or not at all: one
 * faulty event refuses its neighbours too, so that a client never has to find out which went in.
 */
export function createFeedbackDoor(options: FeedbackDoorOptions): FeedbackDoor {
  const { config, intake, redactor, clock } = options;
  const counted = countEvents(options.meter);
  const gate = createGate(config);

  return {
    browsers: {
      origins: new Set(config.allowed_origins),
      takesTokens: config.tokens.secrets.length > 0,
      addressHeader: config.rates.address_header,
    },
    accept: async (body, source, sender = trusted) => {
      const receivedAt = clock.now();
      const visit = { source, sender, now: receivedAt };
      const count = Array.isArray(body) ? body.length : 1;
      counted("received", source, count);
      const refuse = (error: unknown): never => {
        counted("rejected", source, count);
        throw error;
      };
      attempt(() => gate.enter(body, visit), refuse);
      const checked = checkEvents(body, { config, now: receivedAt });
      if (checked.outcome === "faulty") {
        counted("rejected", source, count);
        return { outcome: "rejected", faults: checked.faults };
      }
      attempt(() => gate.check(checked.events, visit), refuse);
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

function attempt(work: () => void, refuse: (error: unknown) => never): void {
  try {
    work();
  } catch (error) {
    refuse(error);
  }
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
