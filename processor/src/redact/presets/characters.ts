const digit = 1;
const upper = 2;
const lower = 4;
const alphanumeric = digit | upper | lower;

const classes = new Uint8Array(256);
classes.fill(digit, 0x30, 0x3a);
classes.fill(upper, 0x41, 0x5b);
classes.fill(lower, 0x61, 0x7b);

/** The byte at a place, or 0 outside of the text. */
export function byteAt(bytes: Uint8Array, start: number, at: number, end: number): number {
  return at >= start && at < end ? (bytes[at] as number) : 0;
}

export function isDigit(byte: number): boolean {
  return classes[byte] === digit;
}

export function isLetter(byte: number): boolean {
  return ((classes[byte] as number) & (upper | lower)) !== 0;
}

/** An ASCII letter or digit. Everything else, other alphabets included, ends a word here. */
export function isAlphanumeric(byte: number): boolean {
  return ((classes[byte] as number) & alphanumeric) !== 0;
}

/** The end of the run of digits that begins at a place. */
export function digitsEnd(bytes: Uint8Array, at: number, end: number): number {
  let stop = at;
  while (stop < end && classes[bytes[stop] as number] === digit) stop++;
  return stop;
}

/** A table of the characters of a text, and of the ASCII letters and digits. */
export function characterSet(others: string): Uint8Array {
  const set = new Uint8Array(256);
  for (let byte = 0; byte < 128; byte++) if (isAlphanumeric(byte)) set[byte] = 1;
  for (const character of others) set[character.charCodeAt(0)] = 1;
  return set;
}
