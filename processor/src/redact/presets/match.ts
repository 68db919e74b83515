/** Where a preset was found: bounds in bytes. */
export interface Match {
  start: number;
  stop: number;
}

/**
 * Looks for a preset around a place at which one of its telling characters stands, and bounds it
 * in `match`. The text reaches from `start` to `end`; what lies outside does not exist. A matcher
 * looks at each byte a bounded number of times over all places of a text.
 */
export type Matcher = (
  bytes: Uint8Array,
  start: number,
  at: number,
  end: number,
  match: Match,
) => boolean;
