import { context, type Context, type Span } from "@opentelemetry/api";
import { sendsUserId } from "./baggage-policy.js";
import { createFeedbackToken, secretFromEnvironment } from "./feedback-token.js";
import { withBaggage } from "./interaction-baggage.js";
import { interactionOf, marksOf, withOpenInteraction } from "./interaction-context.js";
import { attributesOfMarks, marksOfOptions } from "./interaction-marks.js";
import type { InteractionOptions, Marks } from "./interaction-marks.js";
import { runInSpan } from "./run-in-span.js";

export interface InteractionReference {
  readonly traceId: string;
  readonly spanId: string;
  /** Both, joined by a hyphen: `interaction_id` of the feedback API. */
  readonly interactionId: string;
  /**
   * Lets a browser send feedback on this interaction, and nothing else, for an hour. Only where
   * `CALIBRANT_FEEDBACK_SECRET` is set and this process has opened the interaction.
   */
  readonly feedbackToken?: string;
}

/**
 * Runs one turn: what it calls belongs to one interaction, here and in the services that it calls.
 * Gives back exactly what `turn` returns or throws, and never throws by itself. Of a generator the
 * turn lasts until its last step; a turn that streams in another way must not return before the
 * stream has been read. Within another interaction, what is not said is what the outer one says.
 */
export function withInteraction<T>(options: InteractionOptions, turn: () => T): T {
  const marks = marksWithin(options);
  return runInSpan({
    name: marks.feature === undefined ? "interaction" : `interaction ${marks.feature}`,
    attributes: attributesOfMarks(marks),
    within: (active, span) => interactionContext(active, span, marks),
    work: turn,
  });
}

function marksWithin(options: InteractionOptions): Marks {
  try {
    return { ...marksOf(context.active()), ...marksOfOptions(options) };
  } catch {
    // Options with getters of their own, or a context manager that fails.
    return {};
  }
}

function interactionContext(active: Context, span: Span, marks: Marks): Context {
  const reference = span.spanContext();
  const opened = withOpenInteraction(active, { span: reference, marks });
  return withBaggage(opened, marks, idOf(reference), sendsUserId());
}

/**
 * The interaction that the calling code runs in, to be handed to whoever collects feedback on it:
 * opened by this process, or by the service that called it. Undefined outside of one, and where no
 * OpenTelemetry SDK is set up.
 */
export function currentInteraction(): InteractionReference | undefined {
  try {
    const found = interactionOf(context.active());
    if (found === undefined) return undefined;
    const { traceId, spanId } = found;
    const interactionId = idOf(found);
    const secret = found.own ? secretFromEnvironment() : undefined;
    return {
      traceId,
      spanId,
      interactionId,
      ...(secret === undefined
        ? {}
        : { feedbackToken: createFeedbackToken({ secret, interactionId }) }),
    };
  } catch {
    return undefined;
  }
}

function idOf({ traceId, spanId }: { readonly traceId: string; readonly spanId: string }): string {
  return `${traceId}-${spanId}`;
}
