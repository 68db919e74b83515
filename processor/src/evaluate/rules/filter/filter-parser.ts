import { FilterSyntaxError } from "./filter-fault.js";
import { filterTokens, type Token } from "./filter-tokens.js";
import type { Comparison, Condition, Constant, Literal, TextTest, Value } from "./filter-tree.js";

/** Parentheses, `not` and calls within each other. */
const deepest = 32;

const comparisons: ReadonlySet<string> = new Set<Comparison>(["=", "!=", "<", "<=", ">", ">="]);
const constants: ReadonlyMap<string, Constant> = new Map<string, Constant>([
  ["true", true],
  ["false", false],
  ["null", null],
]);

/**
 * The tree of an expression.
 * @throws FilterSyntaxError at the first place where it is not one
 */
export function parseCondition(expression: string): Condition {
  const reader = new Reader(filterTokens(expression));
  const condition = readAlternatives(reader, 0);
  if (reader.next.kind !== "end") throw reader.unexpected("and, or, or the end");
  return condition;
}

/** Walks over the tokens. */
class Reader {
  private at = 0;
  private readonly tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  get next(): Token {
    return this.tokens[this.at] ?? { kind: "end", column: 1 };
  }

  /** Goes on behind the keyword or symbol, if it is the next token. */
  take(text: string): boolean {
    const { next } = this;
    if ((next.kind !== "keyword" && next.kind !== "symbol") || next.text !== text) return false;
    this.at++;
    return true;
  }

  /** Goes on behind the next token, whatever it is. */
  skip(): void {
    this.at++;
  }

  demand(text: string): void {
    if (!this.take(text)) throw this.unexpected(text);
  }

  unexpected(wanted: string): FilterSyntaxError {
    const { next } = this;
    return new FilterSyntaxError(next.column, `expected ${wanted}, not ${described(next)}`);
  }
}

function described(token: Token): string {
  if (token.kind === "end") return "the end";
  if (token.kind === "text") return "a text";
  return token.kind === "number" ? String(token.value) : `"${token.text}"`;
}

function readAlternatives(reader: Reader, depth: number): Condition {
  return readSeries("or", reader, () =>
    readSeries("and", reader, () => readNegation(reader, depth)),
  );
}

/** What stands between several of the same word; without the word, the one part itself. */
function readSeries(kind: "and" | "or", reader: Reader, readPart: () => Condition): Condition {
  const first = readPart();
  const parts = [first];
  while (reader.take(kind)) parts.push(readPart());
  return parts.length === 1 ? first : { kind, parts, column: first.column };
}

function readNegation(reader: Reader, depth: number): Condition {
  const { column } = reader.next;
  if (reader.take("not")) {
    return { kind: "not", part: readNegation(reader, deeper(depth, column)), column };
  }
  if (reader.take("(")) {
    const condition = readAlternatives(reader, deeper(depth, column));
    reader.demand(")");
    return condition;
  }
  return readTest(reader, depth);
}

function readTest(reader: Reader, depth: number): Condition {
  const value = readValue(reader, depth);
  const { column } = value;
  const sign = reader.next;
  if (sign.kind === "symbol" && comparisons.has(sign.text)) {
    reader.skip();
    const operator = sign.text as Comparison;
    return { kind: "compare", operator, left: value, right: readValue(reader, depth), column };
  }
  if (reader.take("not")) {
    const part = readKeywordTest(reader, value, depth);
    if (part === undefined) throw reader.unexpected("in, contains, starts with or ends with");
    return { kind: "not", part, column };
  }
  return readKeywordTest(reader, value, depth) ?? { kind: "holds", value, column };
}

function readKeywordTest(reader: Reader, value: Value, depth: number): Condition | undefined {
  const { column } = value;
  if (reader.take("in")) return { kind: "in", value, list: readList(reader), column };
  const operator = readTextTest(reader);
  if (operator === undefined) return undefined;
  return { kind: "text", operator, value, part: readValue(reader, depth), column };
}

function readTextTest(reader: Reader): TextTest | undefined {
  if (reader.take("contains")) return "contains";
  for (const word of ["starts", "ends"] as const) {
    if (!reader.take(word)) continue;
    reader.demand("with");
    return `${word} with`;
  }
  return undefined;
}

function readList(reader: Reader): Literal[] {
  reader.demand("[");
  const list: Literal[] = [];
  do {
    const literal = readLiteral(reader);
    if (literal === undefined) throw reader.unexpected("a text, a number, true, false or null");
    list.push(literal);
  } while (reader.take(","));
  reader.demand("]");
  return list;
}

function readValue(reader: Reader, depth: number): Value {
  const literal = readLiteral(reader);
  if (literal !== undefined) return literal;
  const { next } = reader;
  if (next.kind !== "word") throw reader.unexpected("a field or a value");
  const { text: name, column } = next;
  reader.skip();
  if (!reader.take("(")) return { kind: "field", name, column };
  const argument = readValue(reader, deeper(depth, column));
  reader.demand(")");
  return { kind: "call", name, argument, column };
}

function readLiteral(reader: Reader): Literal | undefined {
  const { next } = reader;
  const { column } = next;
  const constant = next.kind === "keyword" ? constants.get(next.text) : undefined;
  if (next.kind !== "text" && next.kind !== "number" && constant === undefined) return undefined;
  reader.skip();
  const value = next.kind === "text" || next.kind === "number" ? next.value : (constant ?? null);
  return { kind: "literal", value, column };
}

function deeper(depth: number, column: number): number {
  if (depth < deepest) return depth + 1;
  throw new FilterSyntaxError(column, `more than ${deepest} levels within each other`);
}
