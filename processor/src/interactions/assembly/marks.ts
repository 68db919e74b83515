import type { RawLog, RawSpan } from "../../model/telemetry.js";
import { marks as names } from "../attribute-names.js";
import type { Marks, SpanReading } from "../reading.js";

/** Who, where and under which version: what an interaction is grouped by. */
export interface InteractionMarks {
  readonly session: string;
  readonly user: string;
  readonly segment: string;
  readonly feature: string;
  readonly variant: string;
  readonly release: string;
  readonly environment: string;
  readonly agent: string;
  readonly promptName: string;
  readonly promptVersion: string;
}

/** Where marks are looked for, the nearest to the interaction's root first. */
export interface MarkSources {
  readonly spans: readonly RawSpan[];
  readonly logs: readonly RawLog[];
  /** The other spans of the trace. */
  readonly others: readonly RawSpan[];
  readonly readings: ReadonlyMap<string, SpanReading>;
}

/**
 * Applications set these on whatever span they have at hand, on the resource, or let baggage
 * carry them: every place is searched for the most telling name before the next name is tried.
 */
export function findMarks(sources: MarkSources): InteractionMarks {
  const places = placesOf(sources);
  const inAttributes = (wanted: readonly string[]): string => {
    for (const name of wanted) {
      for (const place of places) {
        const value = place.get(name);
        if (value !== undefined && value !== "" && !scrubbed.test(value)) return value;
      }
    }
    return "";
  };
  const read = sources.spans.flatMap((span) => sources.readings.get(span.spanId)?.marks ?? []);
  const inReadings = (wanted: keyof Marks): string =>
    read.find((marks) => marks[wanted] !== "")?.[wanted] ?? "";
  return {
    session: inAttributes(names.session) || inReadings("session"),
    user: inAttributes(names.user) || inReadings("user"),
    segment: inAttributes(names.segment),
    feature: inAttributes(names.feature) || inReadings("feature"),
    variant: inAttributes(names.variant),
    release: inAttributes(names.release) || inReadings("release"),
    environment: inAttributes(names.environment) || inReadings("environment"),
    agent: inReadings("agent") || inAttributes(names.agent),
    promptName: inAttributes(names.promptName) || inReadings("promptName"),
    promptVersion: inAttributes(names.promptVersion) || inReadings("promptVersion"),
  };
}

/** What a library has put in the place of a value that it took out. */
const scrubbed = /^\[Scrubbed due to /;

/** Resources repeat from span to span: each is searched once. */
function placesOf({ spans, logs, others }: MarkSources): ReadonlySet<ReadonlyMap<string, string>> {
  return new Set([
    ...spans.map((span) => span.attributes),
    ...spans.map((span) => span.resource),
    ...logs.map((log) => log.attributes),
    ...logs.map((log) => log.resource),
    ...others.map((span) => span.attributes),
  ]);
}
