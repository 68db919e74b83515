import {
  context,
  createContextKey,
  isSpanContextValid,
  type SpanContext,
} from "@opentelemetry/api";
import { calibrant, common, genAi } from "./attributes.js";
import { runInSpan } from "./run-in-span.js";

/** What an application knows of one turn of a user. Everything is optional; say what you know. */
export interface InteractionOptions {
  readonly userId?: string | undefined;
  /** The conversation that the turn belongs to. */
  readonly sessionId?: string | undefined;
  /** The part of the product, such as `order_status`. */
  readonly feature?: string | undefined;
  /** The kind of user, such as `business`. */
  readonly segment?: string | undefined;
  /** The arm of an experiment. */
  readonly variant?: string | undefined;
  readonly promptName?: string | undefined;
  readonly promptVersion?: string | undefined;
  /** Default: `service.version` of the resource. */
  readonly release?: string | undefined;
}

export interface InteractionReference {
  readonly traceId: string;
  readonly spanId: string;
}

const interactionKey = createContextKey("calibrant.interaction");

/**
 * Runs one turn: what it calls belongs to one interaction. Gives back exactly what `turn` returns
 * or throws. A turn that streams its answer must not return before the stream has been read.
 */
export function withInteraction<T>(options: InteractionOptions, turn: () => T): T {
  return runInSpan({
    name: options.feature === undefined ? "interaction" : `interaction ${options.feature}`,
    attributes: {
      [common.userId]: options.userId,
      [common.sessionId]: options.sessionId,
      [genAi.conversationId]: options.sessionId,
      [calibrant.feature]: options.feature,
      [calibrant.segment]: options.segment,
      [calibrant.variant]: options.variant,
      [calibrant.release]: options.release,
      [genAi.promptName]: options.promptName,
      [genAi.promptVersion]: options.promptVersion,
    },
    within: (active, span) => active.setValue(interactionKey, span.spanContext()),
    work: turn,
  });
}

/**
 * The interaction that the calling code runs in, to be handed to whoever collects feedback on it.
 * Undefined outside of one, and where no OpenTelemetry SDK is set up.
 */
export function currentInteraction(): InteractionReference | undefined {
  const current = context.active().getValue(interactionKey) as SpanContext | undefined;
  if (current === undefined || !isSpanContextValid(current)) return undefined;
  return { traceId: current.traceId, spanId: current.spanId };
}
