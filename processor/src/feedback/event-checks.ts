import type { z } from "zod";
import type { Fault } from "../kernel/faults.js";
import { checkRules, type UncheckedEvent } from "./event-rules.js";
import type { FeedbackConfig } from "./feedback-config.js";
import { feedbackEvent, type FeedbackEvent } from "./feedback-event.js";

export type CheckedEvents =
  | { readonly outcome: "sound"; readonly count: number; readonly events: readonly FeedbackEvent[] }
  | { readonly outcome: "faulty"; readonly count: number; readonly faults: readonly Fault[] };

/** A client that gets everything wrong is told so often enough to understand. */
const mostFaults = 100;

/**
 * One event or an array of them, with every fault at once; paths start with the place in the
 * array (`[1].value`) where there is one.
 */
export function checkEvents(
  body: unknown,
  context: { readonly config: FeedbackConfig; readonly now: number },
): CheckedEvents {
  const { config, now } = context;
  const schema = feedbackEvent(config);
  const many = Array.isArray(body);
  const candidates: readonly unknown[] = many ? body : [body];
  const count = candidates.length;
  if (count === 0) return faulty(count, [{ path: "", message: "holds no event" }]);
  if (count > config.max_events) {
    const message = `holds ${count} events; at most ${config.max_events} go into one request`;
    return faulty(count, [{ path: "", message }]);
  }

  const events: FeedbackEvent[] = [];
  const faults: Fault[] = [];
  for (const [index, candidate] of candidates.entries()) {
    const parsed = schema.safeParse(candidate);
    const found = faultsOf(candidate, parsed, now + config.max_clock_skew);
    faults.push(...found.map((fault) => (many ? placed(fault, index) : fault)));
    if (parsed.success) events.push(parsed.data);
  }
  return faults.length === 0 ? { outcome: "sound", count, events } : faulty(count, faults);
}

function faultsOf(
  candidate: unknown,
  parsed: z.ZodSafeParseResult<FeedbackEvent>,
  latestTime: number,
): Fault[] {
  const own = parsed.success ? [] : parsed.error.issues.flatMap(toFaults);
  if (typeof candidate !== "object" || candidate === null || Array.isArray(candidate)) return own;
  const wrong = new Set(own.map((fault) => fault.path));
  return [...own, ...checkRules(candidate as UncheckedEvent, wrong, latestTime)];
}

function toFaults(issue: z.core.$ZodIssue): Fault[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ path: shortened(key), message: "is not a known field" }));
  }
  return [{ path: issue.path.join("."), message: issue.message }];
}

/** A field's name comes from outside and is repeated in the answer: it must not be a book. */
function shortened(name: string): string {
  return name.length > 64 ? `${name.slice(0, 64)}…` : name;
}

function placed(fault: Fault, index: number): Fault {
  return { ...fault, path: fault.path === "" ? `[${index}]` : `[${index}].${fault.path}` };
}

function faulty(count: number, faults: readonly Fault[]): CheckedEvents {
  const more = faults.length - mostFaults;
  if (more <= 0) return { outcome: "faulty", count, faults };
  const rest = { path: "", message: `and ${more} more faults` };
  return { outcome: "faulty", count, faults: [...faults.slice(0, mostFaults), rest] };
}
