import type { RawSpan } from "../../model/telemetry.js";
import { errors } from "../attribute-names.js";
import { textOf } from "../dialects/attribute-values.js";
import type { LeafCall } from "./leaf-calls.js";
import type { SpanReading } from "../reading.js";

export interface Outcome {
  readonly status: "ok" | "error";
  /** Empty when ok. */
  readonly errorType: string;
}

const ok: Outcome = { status: "ok", errorType: "" };

/** A status message that stands in for a type is cut: the column is for a few distinct values. */
const longestType = 100;

/**
 * An interaction failed when its root or its last generation did. A call that failed and was tried
 * again with success does not make it fail.
 */
export function interactionOutcome(
  root: RawSpan | undefined,
  rootReading: SpanReading | undefined,
  final: LeafCall | undefined,
): Outcome {
  const call = final === undefined ? ok : callOutcome(final);
  const said = rootReading?.errorType ?? "";
  const failedRoot =
    root !== undefined &&
    (root.statusCode === "Error" || said !== "" || (final === undefined && threw(root)));
  if (call.status === "ok" && !failedRoot) return ok;
  const callFailed = final !== undefined && call.status === "error";
  const failed = new Set([...(callFailed ? [final.span] : []), ...(failedRoot ? [root] : [])]);
  const read = (callFailed ? final.reading.errorType : "") || said;
  return { status: "error", errorType: errorTypeOf([...failed], read) };
}

/** Several libraries leave no span of a call that failed, and an exception on the span around it. */
function threw({ statusCode, events }: RawSpan): boolean {
  return statusCode === "Unset" && events.some(({ name }) => name === errors.exceptionEvent);
}

/** Some libraries leave the status alone and say it in attributes or in the finish reason. */
export function callOutcome({ span, reading }: LeafCall): Outcome {
  const failed =
    span.statusCode === "Error" ||
    reading.errorType !== "" ||
    reading.finishReasons.includes("error");
  return failed ? { status: "error", errorType: errorTypeOf([span], reading.errorType) } : ok;
}

/** What says no more than that something failed. */
const vague: ReadonlySet<string> = new Set(["unknown", "_OTHER"]);

function errorTypeOf(spans: readonly RawSpan[], read: string): string {
  const found = [
    read,
    ...spans.map((span) => textOf(span.attributes, errors.type)),
    ...spans.map(exceptionTypeOf),
    ...spans.map((span) => span.statusMessage),
  ].find((text) => text !== "" && !vague.has(text));
  const [firstLine = ""] = (found ?? "error").trim().split("\n", 1);
  const className = /^<class '(.+)'>$/.exec(firstLine)?.[1];
  return (className ?? firstLine).slice(0, longestType);
}

function exceptionTypeOf(span: RawSpan): string {
  const event = span.events.findLast(({ name }) => name === errors.exceptionEvent);
  return event === undefined ? "" : textOf(event.attributes, errors.exceptionType);
}
