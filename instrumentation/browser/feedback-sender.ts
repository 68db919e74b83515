import {
  addWaiting,
  removeWaiting,
  waitingEvents,
  type FeedbackEvent,
  type Waiting,
} from "./waiting-events.js";

/** Where feedback goes, and what it is about. */
export interface FeedbackTarget {
  /** Of the service, such as `https://calibrant.example.com`. */
  readonly url: string;
  /** `feedbackToken` of `currentInteraction()`; the service asks pages for it by default. */
  readonly token?: string;
  /** `interactionId` of `currentInteraction()`. */
  readonly interactionId?: string;
  /** Instead of `interactionId`. */
  readonly traceId?: string;
  readonly spanId?: string;
}

/** Milliseconds in which events gather for one request. */
const gathering = 800;
/** The longest pause between two tries. */
const longestPause = 300_000;
/** Events of one request. */
const mostTogether = 50;

/** Characters of a request that may outlive the page: browsers allow 64 KiB for all together. */
const mostKeptAlive = 16_000;

let timer: ReturnType<typeof setTimeout> | undefined;
let failures = 0;
let sending = false;

/** Keeps an event until the service has it, and sends it soon. */
export function send(target: FeedbackTarget, fields: FeedbackEvent): void {
  const [traceId = target.traceId, spanId = target.spanId] = target.interactionId?.split("-") ?? [];
  addWaiting({
    url: `${target.url.replace(/\/+$|\/v1\/feedback\/?$/, "")}/v1/feedback`,
    event: {
      interaction_id: target.interactionId,
      trace_id: traceId,
      span_id: spanId,
      occurred_at: new Date().toISOString(),
      token: target.token,
      ...fields,
    },
  });
  sendSoon();
}

export function sendSoon(): void {
  if (failures === 0) clearTimeout(timer);
  else if (timer !== undefined) return;
  timer = setTimeout(() => void sendAll(), Math.min(gathering * 2 ** failures, longestPause));
}

/** Of a page that is being left: the browser sends it, or the next page does. */
export function sendBeacons(): void {
  for (const batch of batches()) {
    if (navigator.onLine && navigator.sendBeacon(batch[0].url, bodyOf(batch))) removeWaiting(batch);
  }
}

export async function sendAll(): Promise<void> {
  clearTimeout(timer);
  timer = undefined;
  if (sending) return;
  sending = true;
  let failed = false;
  try {
    for (const batch of batches()) failed = !(await sendBatch(batch)) || failed;
  } finally {
    sending = false;
  }
  failures = failed ? failures + 1 : 0;
  if (waitingEvents().length > 0) sendSoon();
}

type Batch = readonly [Waiting, ...Waiting[]];

function batches(): Batch[] {
  const waiting = waitingEvents();
  return [...new Set(waiting.map(({ url }) => url))].flatMap((url) => {
    const same = waiting.filter((one) => one.url === url);
    const parts: Batch[] = [];
    while (same.length > 0) parts.push(same.splice(0, mostTogether) as unknown as Batch);
    return parts;
  });
}

/** A request is taken as a whole or not at all: of a refused one each event is tried alone. */
async function sendBatch(batch: Batch): Promise<boolean> {
  const status = await post(batch);
  if (status === 0 || status >= 500 || status === 408 || status === 429) return false;
  if (status >= 400 && batch.length > 1) {
    for (const one of batch) if (!(await sendBatch([one]))) return false;
    return true;
  }
  removeWaiting(batch);
  return true;
}

/** The status of the answer; 0 without one. */
async function post(batch: Batch): Promise<number> {
  const body = bodyOf(batch);
  try {
    const { status } = await fetch(batch[0].url, {
      method: "POST",
      // A type that needs no question beforehand, the same as beacons have.
      headers: { "content-type": "text/plain;charset=UTF-8" },
      body,
      credentials: "omit",
      keepalive: body.length < mostKeptAlive,
    });
    return status;
  } catch {
    return 0;
  }
}

function bodyOf(batch: Batch): string {
  return JSON.stringify(batch.map(({ event }) => event));
}
