const star = 0x2a;
/** Every table, page and score is grouped by it. */
const alwaysKept = Buffer.from("service.name");

/**
 * Which attributes are kept, by their names. A name that a pattern of `deny` matches is dropped; with
 * `allow`, every other name that none of its patterns matches is dropped, too.
 */
export class AttributeRules {
  readonly #allow: readonly Buffer[] | undefined;
  readonly #deny: readonly Buffer[];

  constructor(allow: readonly string[] | undefined, deny: readonly string[]) {
    this.#allow = allow?.map((pattern) => Buffer.from(pattern));
    this.#deny = deny.map((pattern) => Buffer.from(pattern));
  }

  drops(source: Uint8Array, start: number, end: number): boolean {
    const matches = (pattern: Uint8Array): boolean => matchesName(pattern, source, start, end);
    if (matches(alwaysKept)) return false;
    if (this.#deny.some(matches)) return true;
    return this.#allow !== undefined && !this.#allow.some(matches);
  }
}

/** `*` stands for any characters, or none. On a mismatch the last star takes one more byte. */
function matchesName(pattern: Uint8Array, name: Uint8Array, start: number, end: number): boolean {
  let [at, place, lastStar, resume] = [0, start, -1, start];
  while (place < end) {
    if (pattern[at] === star) {
      lastStar = at++;
      resume = place;
    } else if (at < pattern.length && pattern[at] === name[place]) {
      at++;
      place++;
    } else if (lastStar >= 0) {
      at = lastStar + 1;
      place = ++resume;
    } else return false;
  }
  while (pattern[at] === star) at++;
  return at === pattern.length;
}
