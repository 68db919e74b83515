import type { Fault } from "../../kernel/faults.js";
import { readFilter } from "./filter/filter.js";
import type { WhenConfig } from "./when-config.js";

/** What the schema cannot see: everything wrong with the filter, with its column from 1. */
export function whenFaults(when: WhenConfig | undefined, path: string): Fault[] {
  if (when?.filter === undefined) return [];
  const read = readFilter(when.filter);
  if (!("faults" in read)) return [];
  return read.faults.map(({ column, message }) => ({
    path: `${path}.filter`,
    message: `column ${column}: ${message}`,
  }));
}
