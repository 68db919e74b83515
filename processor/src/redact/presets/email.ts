import { byteAt, characterSet, isLetter } from "./characters.js";
import type { Match } from "./match.js";

const localCharacters = characterSet("._%+-");
const domainCharacters = characterSet("-");
const point = 0x2e;
/** Within a name such as O'Brien; elsewhere it is a quotation mark. */
const apostrophe = 0x27;
const shortestTopLevel = 2;

/** At `@`, or at `%40` in a URL: a mailbox at a domain with a point and a top level of letters. */
export function matchEmail(
  bytes: Uint8Array,
  start: number,
  at: number,
  end: number,
  match: Match,
): boolean {
  const domain = bytes[at] === 0x25 ? afterPercent(bytes, at, end) : at + 1;
  if (domain === undefined) return false;
  const stop = domainEnd(bytes, domain, end);
  if (stop === undefined) return false;
  const begin = localStart(bytes, start, at);
  if (begin === at) return false;
  match.start = begin;
  match.stop = stop;
  return true;
}

function afterPercent(bytes: Uint8Array, at: number, end: number): number | undefined {
  return at + 3 <= end && bytes[at + 1] === 0x34 && bytes[at + 2] === 0x30 ? at + 3 : undefined;
}

/** Where the domain ends that has the most labels, or undefined when there is no domain. */
function domainEnd(bytes: Uint8Array, from: number, end: number): number | undefined {
  let stop: number | undefined;
  for (let at = from; ; at++) {
    const labelStart = at;
    let letters = at;
    while (at < end) {
      const size = sizeAt(bytes, at, end, domainCharacters);
      if (size === 0) break;
      if (letters === at && (size === 2 || isLetter(bytes[at] as number))) letters += size;
      at += size;
    }
    if (at === labelStart) return stop;
    if (labelStart > from && letters - labelStart >= shortestTopLevel) stop = letters;
    if (at >= end || bytes[at] !== point) return stop;
  }
}

function localStart(bytes: Uint8Array, start: number, at: number): number {
  let begin = at;
  for (;;) {
    const before = byteAt(bytes, start, begin - 1, at);
    if (localCharacters[before] === 1) begin--;
    else if (before === apostrophe && isLetter(byteAt(bytes, start, begin - 2, at))) begin -= 2;
    else if (begin - 2 >= start && sizeAt(bytes, begin - 2, begin, localCharacters) === 2)
      begin -= 2;
    else return begin;
  }
}

/** Bytes of the character at a place: 1 of the set, 2 of a Latin letter with a mark, 0 of another. */
function sizeAt(bytes: Uint8Array, at: number, end: number, set: Uint8Array): number {
  const byte = bytes[at] as number;
  if (set[byte] === 1) return 1;
  if (byte < 0xc3 || byte > 0xc9 || at + 1 >= end) return 0;
  return (bytes[at + 1] as number) >>> 6 === 2 ? 2 : 0;
}
