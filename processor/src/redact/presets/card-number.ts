import { byteAt, digitsEnd, isAlphanumeric, isDigit } from "./characters.js";
import type { Match } from "./match.js";

const point = 0x2e;
const shortest = 13;
const longest = 19;
/** How cards are printed; the sizes of the groups in order. */
const groupings = [
  [4, 4, 4, 4, 3],
  [4, 4, 4, 4],
  [4, 6, 5],
  [4, 6, 4],
] as const;

const digits = new Uint8Array(longest);

/**
 * At the first of a run of digits: a card number, in one piece or in the groups of its brand with
 * blanks or hyphens between them, with the length of its brand and a right check digit (Luhn).
 * A number with a fraction is none, nor is one within a word.
 */
export function matchCardNumber(
  bytes: Uint8Array,
  start: number,
  at: number,
  end: number,
  match: Match,
): boolean {
  const before = byteAt(bytes, start, at - 1, end);
  if (isAlphanumeric(before)) return false;
  if (before === point && isDigit(byteAt(bytes, start, at - 2, end))) return false;
  const stop = digitsEnd(bytes, at, end);
  const size = stop - at;
  if (size === 4) return matchGroups(bytes, at, end, match);
  if (size < shortest || size > longest) return false;
  for (let index = 0; index < size; index++) digits[index] = (bytes[at + index] as number) - 0x30;
  return bounded(bytes, at, stop, end, size, match);
}

function matchGroups(bytes: Uint8Array, at: number, end: number, match: Match): boolean {
  const separator = byteAt(bytes, at, at + 4, end);
  if (separator !== 0x20 && separator !== 0x2d) return false;
  return groupings.some((sizes) => {
    let count = 0;
    let place = at;
    for (const [index, size] of sizes.entries()) {
      if (index > 0 && byteAt(bytes, at, place++, end) !== separator) return false;
      if (digitsEnd(bytes, place, Math.min(end, place + size + 1)) !== place + size) return false;
      for (let left = size; left > 0; left--) digits[count++] = (bytes[place++] as number) - 0x30;
    }
    return bounded(bytes, at, place, end, count, match);
  });
}

function bounded(
  bytes: Uint8Array,
  at: number,
  stop: number,
  end: number,
  count: number,
  match: Match,
): boolean {
  const after = byteAt(bytes, at, stop, end);
  if (isAlphanumeric(after)) return false;
  if (after === point && isDigit(byteAt(bytes, at, stop + 1, end))) return false;
  if (!isIssued(count) || !passesLuhn(count)) return false;
  match.start = at;
  match.stop = stop;
  return true;
}

/** Whether a brand gives out numbers of this beginning and length (ISO/IEC 7812 ranges). */
function isIssued(count: number): boolean {
  const two = (digits[0] as number) * 10 + (digits[1] as number);
  const four = two * 100 + (digits[2] as number) * 10 + (digits[3] as number);
  if (digits[0] === 4) return count === 13 || count === 16 || count === 19;
  if ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720)) return count === 16;
  if (four >= 2200 && four <= 2204) return count >= 16;
  if (two === 34 || two === 37) return count === 15;
  if (two === 36 || two === 38 || two === 39 || (four >= 3000 && four <= 3059)) return count >= 14;
  if (four >= 3528 && four <= 3589) return count >= 16;
  return (digits[0] === 6 || two === 50 || (two >= 56 && two <= 58)) && count >= 16;
}

function passesLuhn(count: number): boolean {
  let sum = 0;
  for (let index = 0; index < count; index++) {
    const value = digits[index] as number;
    const doubled = (count - index) % 2 === 0 ? value * 2 : value;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
