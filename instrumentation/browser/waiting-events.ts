/** One event of `POST /v1/feedback`. */
export type FeedbackEvent = Readonly<Record<string, string | number | undefined>>;

export interface Waiting {
  /** Where it goes. */
  readonly url: string;
  readonly event: FeedbackEvent;
}

/** What waits survives the page, in localStorage; where there is none, it waits in memory. */
const place = "calibrant.feedback";
/** The oldest go first. */
const mostWaiting = 100;
/** Milliseconds after which an event is given up: its token has expired by then. */
const longestWait = 24 * 3_600_000;

let memory: readonly Waiting[] = [];

export function waitingEvents(): readonly Waiting[] {
  let found: unknown = memory;
  try {
    found = JSON.parse(localStorage.getItem(place) ?? "[]");
  } catch {
    // Storage that is switched off, or holds something else.
  }
  const youngest = Date.now() - longestWait;
  return (Array.isArray(found) ? (found as Waiting[]) : []).filter(
    ({ event }) => Date.parse(String(event?.["occurred_at"])) > youngest,
  );
}

/** Adds an event in place of an earlier one that it repeats. */
export function addWaiting(added: Waiting): void {
  const others = waitingEvents().filter((one) => identity(one) !== identity(added));
  save([...others, added].slice(-mostWaiting));
}

/** Takes these away, but not what has come in their place meanwhile. */
export function removeWaiting(sent: readonly Waiting[]): void {
  const texts = new Set(sent.map((one) => JSON.stringify(one)));
  save(waitingEvents().filter((one) => !texts.has(JSON.stringify(one))));
}

function save(waiting: readonly Waiting[]): void {
  memory = waiting;
  try {
    localStorage.setItem(place, JSON.stringify(waiting));
  } catch {
    // Storage that is full or switched off: the page itself remembers.
  }
}

function identity({ url, event }: Waiting): string {
  return JSON.stringify([
    url,
    event["trace_id"],
    event["span_id"],
    event["kind"],
    event["idempotency_key"],
  ]);
}
