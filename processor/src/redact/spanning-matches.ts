import type { OwnPattern, Span } from "./own-pattern.js";

/**
 * What own patterns find in a JSON text across its punctuation: a name and its value, or more. A
 * match that would be one within the first text that it reaches into, were that all there is, is
 * left to those who look at each text by itself.
 */
export class SpanningMatches {
  readonly #json: string;
  readonly #cursors: readonly Cursor[];

  constructor(json: string, patterns: readonly OwnPattern[]) {
    this.#json = json;
    this.#cursors = patterns.map((pattern) => {
      const matches = pattern.spans(json);
      return { pattern, matches, match: next(matches), begun: false, count: 0 };
    });
  }

  /**
   * The first pattern of which a match reaches into the text between `start` and `stop`. To be
   * asked for one text after the other, in their order.
   */
  at(start: number, stop: number): OwnPattern | undefined {
    let first: OwnPattern | undefined;
    for (const cursor of this.#cursors) {
      if (this.#reachesInto(cursor, start, stop)) first ??= cursor.pattern;
    }
    return first;
  }

  /** How many of the matches reached into texts that were asked for, by pattern. */
  counts(): readonly (readonly [pattern: OwnPattern, count: number])[] {
    return this.#cursors.map(({ pattern, count }) => [pattern, count]);
  }

  #reachesInto(cursor: Cursor, start: number, stop: number): boolean {
    for (let { match } = cursor; match !== undefined && match.start < stop; { match } = cursor) {
      if (match.stop > start && this.#spans(cursor, match, start, stop)) {
        if (!cursor.begun) cursor.count++;
        cursor.begun = true;
        return true;
      }
      cursor.match = next(cursor.matches);
      cursor.begun = false;
    }
    return false;
  }

  #spans(cursor: Cursor, match: Span, start: number, stop: number): boolean {
    if (cursor.begun) return true;
    if (match.start >= start && match.stop <= stop) return false;
    const alone = this.#json.slice(Math.max(match.start, start), stop);
    return next(cursor.pattern.spans(alone))?.start !== 0;
  }
}

interface Cursor {
  readonly pattern: OwnPattern;
  readonly matches: Iterator<Span>;
  match: Span | undefined;
  /** The match has reached into a text already. */
  begun: boolean;
  count: number;
}

function next(matches: Iterator<Span>): Span | undefined {
  const { value, done } = matches.next();
  return done === true ? undefined : value;
}
