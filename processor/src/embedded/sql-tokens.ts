export interface SqlToken {
  /** A parameter is `{name:Type}`. */
  readonly kind: "word" | "quoted" | "string" | "number" | "symbol" | "parameter";
  /** Without quotes and escapes for quoted names and strings. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const rules: readonly (readonly [SqlToken["kind"] | "skip", RegExp])[] = [
  ["skip", /\s+|--[^\n]*|#[ !][^\n]*|\/\*[\s\S]*?\*\//y],
  ["string", /'(?:[^'\\]|\\[\s\S]|'')*'/y],
  ["string", /\$([A-Za-z0-9_]*)\$[\s\S]*?\$\1\$/y],
  ["quoted", /`(?:[^`\\]|\\[\s\S]|``)*`|"(?:[^"\\]|\\[\s\S]|"")*"/y],
  ["parameter", /\{\s*[A-Za-z_]\w*\s*:[^{}]*\}/y],
  ["word", /[A-Za-z_][\w$]*/y],
  ["number", /\d[\w.]*/y],
  ["symbol", /[^\s'"`]/y],
];

/**
 * The tokens of a statement, comments left out. Made for text that the engine's own formatter
 * wrote; on other text it ends at the first thing that it cannot read and answers where.
 */
export function* sqlTokens(sql: string): Generator<SqlToken, number> {
  let position = 0;
  while (position < sql.length) {
    const token = tokenAt(sql, position);
    if (token === undefined) return position;
    position = token.end;
    if (token.kind !== "skip") yield token as SqlToken;
  }
  return position;
}

function tokenAt(
  sql: string,
  position: number,
): (Omit<SqlToken, "kind"> & { kind: SqlToken["kind"] | "skip" }) | undefined {
  for (const [kind, pattern] of rules) {
    pattern.lastIndex = position;
    const found = pattern.exec(sql)?.[0];
    if (found === undefined) continue;
    const text = kind === "quoted" || kind === "string" ? unquote(found) : found;
    return { kind, text, start: position, end: position + found.length };
  }
  return undefined;
}

const escapes: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  "0": "\0",
  b: "\b",
  f: "\f",
  a: "\x07",
  v: "\v",
};

function unquote(quoted: string): string {
  const tag = /^\$\w*\$/.exec(quoted)?.[0];
  if (tag !== undefined) return quoted.slice(tag.length, -tag.length);
  const quote = quoted.charAt(0);
  return quoted
    .slice(1, -1)
    .replaceAll(quote + quote, quote)
    .replace(/\\(?:x([0-9A-Fa-f]{2})|([\s\S]))/g, (_whole, hex: string | undefined, one: string) =>
      hex === undefined ? (escapes[one] ?? one) : String.fromCharCode(Number.parseInt(hex, 16)),
    );
}
