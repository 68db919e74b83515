import { RE2JS } from "re2js";

/** A regular expression that takes time linear in the text, whoever wrote the two. */
export interface LinearPattern {
  /** Whether it matches somewhere in the text. */
  test(text: string): boolean;
  /** The pattern itself: Ajv tells patterns apart by it. */
  toString(): string;
}

/**
 * In the syntax of RE2, which has no look-around and no references back.
 * @throws RE2JSException when the pattern is malformed
 */
export function linearPattern(source: string): LinearPattern {
  const expression = RE2JS.compile(source);
  return { test: (text) => expression.test(text), toString: () => source };
}
