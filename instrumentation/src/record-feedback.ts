import { randomUUID } from "node:crypto";
import { diag } from "@opentelemetry/api";
import type { FeedbackAddress } from "./feedback-delivery.js";
import { encodeFeedback, type FeedbackOptions } from "./feedback-event.js";
import { FeedbackQueue } from "./feedback-queue.js";
import { errorMessage } from "./errors.js";

/** Copies of this package in one process share a queue, so that whoever flushes flushes all. */
const shared = Symbol.for("@calibrant/instrumentation/feedback");

interface Shared {
  readonly address: string;
  readonly queue: FeedbackQueue;
}

const holder = globalThis as typeof globalThis & { [shared]?: Shared };

/**
 * Tells the service what a user said or did about an answer, in the background. Where to, say
 * `CALIBRANT_URL` and, where the service asks for one, `CALIBRANT_API_KEY`. Never throws.
 * @returns whether the event was taken; it was not where no address is known, nothing says what it
 * is about, or too many wait already
 */
export function recordFeedback(options: FeedbackOptions): boolean {
  try {
    const queue = queueOf(addressFromEnvironment());
    if (queue === undefined) return false;
    const event = encodeFeedback(options, randomUUID());
    if (event !== undefined) return queue.add(event);
    warnOnce("Feedback outside of an interaction needs an interactionId, traceId or responseId");
  } catch (error) {
    warnOnce(`Feedback could not be recorded: ${errorMessage(error)}`);
  }
  return false;
}

/**
 * Sends the feedback that waits. Called by `InteractionSpanProcessor` when OpenTelemetry's SDK
 * shuts down, and when a process has nothing left to do; call it before `process.exit`.
 * @param timeout milliseconds
 * @returns whether nothing waits any more
 */
export async function flushFeedback(timeout = 5_000): Promise<boolean> {
  return (await holder[shared]?.queue.flush(timeout)) ?? true;
}

function addressFromEnvironment(): FeedbackAddress | undefined {
  const url = (process.env["CALIBRANT_URL"] ?? "").trim();
  const apiKey = (process.env["CALIBRANT_API_KEY"] ?? "").trim();
  if (URL.canParse(url)) return { url, apiKey: apiKey === "" ? undefined : apiKey };
  warnOnce(
    "Feedback is not sent: CALIBRANT_URL must be the address of the service, such as http://127.0.0.1:8080",
  );
  return undefined;
}

function queueOf(address: FeedbackAddress | undefined): FeedbackQueue | undefined {
  if (address === undefined) return undefined;
  const name = JSON.stringify(address);
  if (holder[shared]?.address !== name) {
    const queue = new FeedbackQueue(address, warnOnce);
    holder[shared] = { address: name, queue };
    process.once("beforeExit", () => void queue.flush(5_000));
  }
  return holder[shared].queue;
}

const warned = new Set<string>();

/** Applications see each kind of problem once; OpenTelemetry's diagnostic log has them all. */
function warnOnce(message: string): void {
  diag.warn(message);
  const kind = message.split(/[:,]/, 1)[0] ?? "";
  if (warned.has(kind) || warned.size > 20) return;
  warned.add(kind);
  process.emitWarning(message, { code: "CALIBRANT_FEEDBACK" });
}
