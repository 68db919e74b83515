import { readdirSync } from "node:fs";
import type { RawLog, RawSpan } from "../../model/telemetry.js";
import { emptyReading, mergeReadings, type SpanReading } from "../reading.js";
import type { Dialect, Scope } from "./dialect.js";

const folder = new URL("known/", import.meta.url);
const order: readonly Scope[] = ["library", "format", "conventions"];

/** All dialects of the folder `known`, the most particular first. */
const dialects: readonly Dialect[] = (await Promise.all(files().map(load))).toSorted(
  (left, right) =>
    order.indexOf(left.scope) - order.indexOf(right.scope) || (left.name < right.name ? -1 : 1),
);

function files(): string[] {
  return readdirSync(folder).filter((file) => file.endsWith(".js"));
}

async function load(file: string): Promise<Dialect> {
  const { dialect } = (await import(new URL(file, folder).href)) as { readonly dialect?: Dialect };
  if (dialect === undefined) throw new TypeError(`dialects/known/${file} exports no dialect`);
  return dialect;
}

/** Reads a span with every dialect that recognises it. Undefined when none does. */
export function readSpan(
  span: RawSpan,
  logs: readonly RawLog[],
  known: readonly Dialect[] = dialects,
): SpanReading | undefined {
  const readings = known
    .filter((dialect) => dialect.recognises(span, logs))
    .map((dialect) => ({ ...dialect.read(span, logs), dialects: [dialect.name] }));
  return readings.length === 0 ? undefined : readings.reduce(mergeReadings, emptyReading);
}
