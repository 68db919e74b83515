import { propagation, type Baggage, type Context } from "@opentelemetry/api";
import { baggageKeys, markNames, type MarkName, type Marks } from "./interaction-marks.js";

/** The interaction itself, for a service further on: a trace id and a span id, joined by a hyphen. */
const interactionKey = "calibrant.interaction.id";

/**
 * Most characters of one value when it is percent-encoded. All values together then take less
 * than 3 KiB of the 8 KiB that W3C allows a whole header.
 */
const longestValue = 256;

const ownKeys: readonly string[] = [...Object.values(baggageKeys), interactionKey];

/**
 * The context with the marks in its baggage, beside what others have put there. A value that is
 * too long is left out: a part of an id would be another id.
 */
export function withBaggage(
  target: Context,
  marks: Marks,
  interactionId: string,
  sendUserId: boolean,
): Context {
  const entries = Object.fromEntries(propagation.getBaggage(target)?.getAllEntries() ?? []);
  for (const name of markNames) {
    delete entries[baggageKeys[name]];
    const value = marks[name] === undefined ? "" : wellFormed(marks[name]);
    if (value === "" || !fits(value) || (name === "userId" && !sendUserId)) continue;
    entries[baggageKeys[name]] = { value };
  }
  entries[interactionKey] = { value: interactionId };
  return propagation.setBaggage(target, propagation.createBaggage(entries));
}

/** The context without the marks in its baggage; what others have put there stays. */
export function withoutBaggage(source: Context): Context {
  const baggage = propagation.getBaggage(source);
  if (baggage === undefined || !ownKeys.some((key) => baggage.getEntry(key) !== undefined)) {
    return source;
  }
  const rest = withoutOwn(baggage);
  return rest.getAllEntries().length === 0
    ? propagation.deleteBaggage(source)
    : propagation.setBaggage(source, rest);
}

/** What another service has said. Values come from outside: what is too long is not taken. */
export function marksInBaggage(source: Context): Marks {
  const baggage = propagation.getBaggage(source);
  const marks: Partial<Record<MarkName, string>> = {};
  if (baggage === undefined) return marks;
  for (const name of markNames) {
    const value = baggage.getEntry(baggageKeys[name])?.value ?? "";
    if (value !== "" && fits(value)) marks[name] = value;
  }
  return marks;
}

export function interactionInBaggage(source: Context): string | undefined {
  const id = propagation.getBaggage(source)?.getEntry(interactionKey)?.value ?? "";
  return /^[0-9a-f]{32}-[0-9a-f]{16}$/.test(id) ? id : undefined;
}

/** The context without the user's id in its baggage. */
export function withoutUserId(source: Context): Context {
  const baggage = propagation.getBaggage(source);
  return baggage?.getEntry(baggageKeys.userId) === undefined
    ? source
    : propagation.setBaggage(source, baggage.removeEntry(baggageKeys.userId));
}

function withoutOwn(baggage: Baggage): Baggage {
  return baggage.removeEntries(...ownKeys);
}

/** Propagators encode with `encodeURIComponent`, which throws at half of a surrogate pair. */
function wellFormed(value: string): string {
  return value.replace(/\p{Surrogate}/gu, "\uFFFD");
}

function fits(value: string): boolean {
  return (
    value.length <= longestValue && encodeURIComponent(wellFormed(value)).length <= longestValue
  );
}
