import { byteAt, digitsEnd, isAlphanumeric, isDigit } from "./characters.js";
import type { Match } from "./match.js";

interface Form {
  /** Digits, the country code included. */
  readonly shortest: number;
  readonly longest: number;
  readonly groups: number;
  readonly separators: string;
}

/** E.164 allows a country code and a number of 15 digits together; people write `(0)` within. */
const plusForm: Form = { shortest: 8, longest: 16, groups: 1, separators: " -./" };
const zeroZeroForm: Form = { shortest: 10, longest: 17, groups: 2, separators: " -./" };
const zeroForm: Form = { shortest: 9, longest: 12, groups: 2, separators: " /" };

const [zero, one, two] = [0x30, 0x31, 0x32];
const [open, close, blank, hyphen, point, slash] = [0x28, 0x29, 0x20, 0x2d, 0x2e, 0x2f];
/** Before digits these make them a part of something longer: an order number, a fraction. */
const joining = new Set(Buffer.from("-._+#"));

/** At `+`: a number with its country code, in one piece or in groups, such as `+49 (0)30 12345-67`. */
export function matchPlus(
  bytes: Uint8Array,
  start: number,
  at: number,
  end: number,
  match: Match,
): boolean {
  if (isAlphanumeric(byteAt(bytes, start, at - 1, end))) return false;
  const first = byteAt(bytes, start, at + 1, end);
  if (!isDigit(first) || first === zero) return false;
  match.start = at;
  return matchGroups(bytes, at + 1, end, plusForm, match);
}

/** At `(`: `(555) 123-4567`. */
export function matchParenthesis(
  bytes: Uint8Array,
  start: number,
  at: number,
  end: number,
  match: Match,
): boolean {
  if (isAlphanumeric(byteAt(bytes, start, at - 1, end))) return false;
  if (!isAreaCode(bytes, at + 1, end) || byteAt(bytes, start, at + 4, end) !== close) return false;
  const next = byteAt(bytes, start, at + 5, end);
  const gap = next === blank || next === hyphen || next === point ? 1 : 0;
  match.start = at;
  return matchLocal(bytes, at + 5 + gap, end, true, match);
}

/**
 * At the first of a run of digits: `0049 30 1234567`, `0171 1234567`, `555-123-4567` or
 * `1-800-555-0199`. Digits in one piece are no telephone number: they are counts, times and
 * identifiers far more often.
 */
export function matchNational(
  bytes: Uint8Array,
  start: number,
  at: number,
  end: number,
  match: Match,
): boolean {
  const before = byteAt(bytes, start, at - 1, end);
  if (isAlphanumeric(before) || joining.has(before)) return false;
  match.start = at;
  const first = bytes[at] as number;
  const size = digitsEnd(bytes, at, Math.min(end, at + 7)) - at;
  if (first === zero && size >= 3 && size <= 6) {
    if (before === blank && isDigit(byteAt(bytes, start, at - 2, end))) return false;
    const doubled = bytes[at + 1] === zero;
    if (doubled && bytes[at + 2] === zero) return false;
    return matchGroups(bytes, at, end, doubled ? zeroZeroForm : zeroForm, match);
  }
  const area = first === one && size === 1 ? at + 2 : at;
  if (area > at && !isGap(byteAt(bytes, start, at + 1, end))) return false;
  if (!isAreaCode(bytes, area, end) || !isGap(byteAt(bytes, start, area + 3, end))) return false;
  return matchLocal(bytes, area + 4, end, false, match);
}

function isGap(byte: number): boolean {
  return byte === blank || byte === hyphen || byte === point;
}

/** Three digits of the North American plan, where no area begins with 0 or 1. */
function isAreaCode(bytes: Uint8Array, at: number, end: number): boolean {
  if (digitsEnd(bytes, at, Math.min(end, at + 4)) !== at + 3) return false;
  return (bytes[at] as number) >= two;
}

/** `123-4567`. Between blanks three numbers in a row look the same, so the last gap is none. */
function matchLocal(
  bytes: Uint8Array,
  at: number,
  end: number,
  blanks: boolean,
  match: Match,
): boolean {
  const gap = byteAt(bytes, at, at + 3, end);
  if (!isGap(gap) || (gap === blank && !blanks)) return false;
  if (digitsEnd(bytes, at, Math.min(end, at + 3)) !== at + 3) return false;
  const stop = at + 8;
  if (digitsEnd(bytes, at + 4, Math.min(end, stop + 1)) !== stop) return false;
  const after = byteAt(bytes, at, stop, end);
  if (isAlphanumeric(after)) return false;
  if (isGap(after) && after !== blank && isDigit(byteAt(bytes, at, stop + 1, end))) return false;
  match.stop = stop;
  return true;
}

/** As many groups as the form has digits for. */
function matchGroups(
  bytes: Uint8Array,
  from: number,
  end: number,
  form: Form,
  match: Match,
): boolean {
  let [count, groups, place, found] = [0, 0, from, false];
  for (;;) {
    const stop = digitsEnd(bytes, place, Math.min(end, place + form.longest + 1));
    count += stop - place;
    if (stop === place || count > form.longest) return found;
    if (isAlphanumeric(byteAt(bytes, from, stop, end))) return found;
    groups++;
    if (count >= form.shortest && groups >= form.groups) {
      match.stop = stop;
      found = true;
    }
    place = gapEnd(bytes, stop, end, form.separators);
    if (place === stop) return found;
  }
}

/** Behind `)`, then a separator with or without blanks around it, then `(`; each may be missing. */
function gapEnd(bytes: Uint8Array, from: number, end: number, separators: string): number {
  let at = from;
  if (byteAt(bytes, from, at, end) === close) at++;
  if (byteAt(bytes, from, at, end) === blank) at++;
  const byte = byteAt(bytes, from, at, end);
  if (byte !== 0 && byte !== blank && separators.includes(String.fromCharCode(byte))) {
    at++;
    if ((byte === slash || byte === hyphen) && byteAt(bytes, from, at, end) === blank) at++;
  }
  if (byteAt(bytes, from, at, end) === open) at++;
  return at;
}
