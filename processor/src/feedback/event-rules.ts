import type { Fault } from "../kernel/faults.js";
import { feedbackKinds, type FeedbackKind } from "../model/feedback.js";

/** An event of which nothing is known yet but that it is an object. */
export type UncheckedEvent = Readonly<Record<string, unknown>>;

/** What is wrong with a value, or undefined. */
type ValueRule = (value: unknown) => string | undefined;

const isNumber = (value: unknown): value is number => Number.isFinite(value);
const none: ValueRule = (value) => (value === undefined ? undefined : "this kind takes no value");
const amount: ValueRule = (value) =>
  isNumber(value) && value >= 0 ? undefined : "must be a number, 0 or more";
const optional =
  (rule: ValueRule): ValueRule =>
  (value) =>
    value === undefined ? undefined : rule(value);

const valueRules: Readonly<Record<FeedbackKind, ValueRule>> = {
  thumbs: (value) => (value === 1 || value === -1 ? undefined : "thumbs must be -1 or 1"),
  rating: (value) => (isNumber(value) ? undefined : "rating must be a number"),
  choice: (value) =>
    typeof value === "string" && value.trim() !== "" && value.length <= 200
      ? undefined
      : "choice must be text of 1 to 200 characters",
  comment: none,
  correction: none,
  copy: optional(amount),
  edit: optional(amount),
  retry: none,
  abandon: none,
  follow_up: none,
  dwell: (value) =>
    amount(value) === undefined ? undefined : "dwell must be milliseconds, 0 or more",
  escalation: none,
};

/** The earliest time that is taken for one: what lies before it is nearly always seconds. */
const earliestTime = Date.UTC(2000, 0, 1);

/** How the fields of an event go together. Fields that are wrong by themselves are not judged here. */
export function checkRules(
  event: UncheckedEvent,
  wrong: ReadonlySet<string>,
  latestTime: number,
): Fault[] {
  const faults: Fault[] = [];
  const field = (name: string): unknown => event[name] ?? undefined;
  const fault = (path: string, message: string | undefined): void => {
    if (message !== undefined && !wrong.has(path)) faults.push({ path, message });
  };

  fault("", targetFault(field));
  fault("span_id", spanFault(field));
  fault("trace_id", traceFault(field));
  const kind = feedbackKinds.find((known) => known === field("kind"));
  if (kind !== undefined) {
    fault("value", valueRules[kind](field("value")));
    fault("comment", commentFault(kind, field("comment")));
    fault("max", maxFault(kind, field("max"), field("value")));
  }
  fault("occurred_at", timeFault(field("occurred_at"), latestTime));
  return faults;
}

type Field = (name: string) => unknown;

function targetFault(field: Field): string | undefined {
  const known = ["interaction_id", "trace_id", "response_id"].some(
    (name) => field(name) !== undefined,
  );
  return known ? undefined : "needs one of interaction_id, trace_id or response_id";
}

function spanFault(field: Field): string | undefined {
  if (field("span_id") === undefined || field("trace_id") !== undefined) return undefined;
  return "needs trace_id beside it";
}

function traceFault(field: Field): string | undefined {
  const interaction = field("interaction_id");
  const trace = field("trace_id");
  if (typeof interaction !== "string" || typeof trace !== "string") return undefined;
  if (interaction.toLowerCase().startsWith(trace.toLowerCase())) return undefined;
  return "is not the trace of interaction_id";
}

function commentFault(kind: FeedbackKind, comment: unknown): string | undefined {
  if (kind !== "comment" && kind !== "correction") return undefined;
  if (typeof comment === "string" && comment.trim() !== "") return undefined;
  return kind === "comment" ? "is required for a comment" : "must hold the corrected answer";
}

function maxFault(kind: FeedbackKind, max: unknown, value: unknown): string | undefined {
  if (max === undefined) return undefined;
  if (kind !== "rating") return "belongs to a rating only";
  if (isNumber(max) && isNumber(value) && value > max) return "is less than value";
  return undefined;
}

function timeFault(occurredAt: unknown, latest: number): string | undefined {
  if (occurredAt === undefined) return undefined;
  const time = typeof occurredAt === "string" ? Date.parse(occurredAt) : Number(occurredAt);
  if (time < earliestTime)
    return "lies before the year 2000; a number counts milliseconds, not seconds";
  return time > latest ? "lies in the future" : undefined;
}
