import { byteAt, characterSet, isAlphanumeric } from "./characters.js";
import type { Match } from "./match.js";

const tokenCharacters = characterSet("-_");
const point = 0x2e;
const shortestPart = 10;
/** An encrypted token has five parts, a signed one three. */
const mostParts = 5;

/**
 * Finds JSON Web Tokens at the `J` of `eyJ`, the beginning of an object in base64. A token that
 * was cut off within its payload is found, too.
 */
export class JwtMatcher {
  /** Tokens that begin before this place end at the same one and are none either. */
  #hopelessUntil = 0;

  reset(): void {
    this.#hopelessUntil = 0;
  }

  match(bytes: Uint8Array, start: number, at: number, end: number, match: Match): boolean {
    const begin = at - 2;
    if (begin < this.#hopelessUntil) return false;
    if (byteAt(bytes, start, begin, end) !== 0x65 || bytes[at - 1] !== 0x79) return false;
    if (isAlphanumeric(byteAt(bytes, start, begin - 1, end))) return false;
    const headerEnd = partEnd(bytes, begin, end);
    const payloadEnd =
      byteAt(bytes, start, headerEnd, end) === point
        ? partEnd(bytes, headerEnd + 1, end)
        : headerEnd;
    if (headerEnd - begin < shortestPart || payloadEnd - headerEnd <= shortestPart) {
      this.#hopelessUntil = headerEnd;
      return false;
    }
    match.start = begin;
    match.stop = payloadEnd;
    for (let parts = 2; parts < mostParts; parts++) {
      const stop = partEnd(bytes, match.stop + 1, end);
      if (byteAt(bytes, start, match.stop, end) !== point || stop === match.stop + 1) break;
      match.stop = stop;
    }
    return true;
  }
}

function partEnd(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && tokenCharacters[bytes[at] as number] === 1) at++;
  return at;
}
