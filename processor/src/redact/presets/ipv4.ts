import { byteAt, digitsEnd, isAlphanumeric, isDigit } from "./characters.js";
import type { Match } from "./match.js";

const point = 0x2e;

/** At the first of a run of digits: four numbers up to 255 with points between them. */
export function matchIpv4(
  bytes: Uint8Array,
  start: number,
  at: number,
  end: number,
  match: Match,
): boolean {
  const before = byteAt(bytes, start, at - 1, end);
  if (isAlphanumeric(before)) return false;
  if (before === point && isDigit(byteAt(bytes, start, at - 2, end))) return false;
  let place = at;
  for (let part = 0; part < 4; part++) {
    if (part > 0 && byteAt(bytes, start, place++, end) !== point) return false;
    const stop = digitsEnd(bytes, place, Math.min(end, place + 4));
    if (stop === place || stop - place > 3) return false;
    let value = 0;
    for (; place < stop; place++) value = value * 10 + (bytes[place] as number) - 0x30;
    if (value > 255) return false;
  }
  const after = byteAt(bytes, start, place, end);
  if (isAlphanumeric(after)) return false;
  if (after === point && isDigit(byteAt(bytes, start, place + 1, end))) return false;
  match.start = at;
  match.stop = place;
  return true;
}
