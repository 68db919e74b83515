import { InvalidArgumentError } from "commander";
import { systemClock } from "../kernel/clock.js";
import { duration } from "../kernel/config-values.js";

/** A time as it was written, and in milliseconds since the Unix epoch. */
export interface Moment {
  readonly text: string;
  readonly time: number;
}

export function toMoment(text: string): Moment {
  const ago = /^\d/.test(text) && /[a-z]$/.test(text) ? duration.safeParse(text) : undefined;
  const time = ago?.success ? systemClock.now() - ago.data : Date.parse(text);
  if (!Number.isFinite(time) || time < 0) {
    throw new InvalidArgumentError(
      "write a time such as 2026-11-24T08:00:00Z, or 7d for a week ago",
    );
  }
  return { text, time };
}
