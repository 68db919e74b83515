import { StoreException } from "./exception.js";
import { sqlTokens, type SqlToken } from "./sql-tokens.js";

/** What the engine has to be asked for: the same statement may do more in one role than in another. */
export type StatementKind = "read" | "write";

export interface GateFacts {
  /** Lower-case names of every table function of this engine. */
  readonly tableFunctions: ReadonlySet<string>;
}

export interface JudgedStatement {
  readonly kind: StatementKind;
  /** Whether the statement changes settings for itself. */
  readonly hasSettings: boolean;
  /** The format it names for its answer. */
  readonly format: string | undefined;
}

const readers = new Set(["SELECT", "WITH", "(", "SHOW", "DESCRIBE", "DESC", "EXPLAIN", "EXISTS"]);
const writers = new Set([
  "ALTER",
  "CREATE",
  "DELETE",
  "DROP",
  "EXCHANGE",
  "INSERT",
  "OPTIMIZE",
  "RENAME",
  "TRUNCATE",
  "UPDATE",
]);
/** What CREATE may make; the rest (dictionaries, users, named collections, ...) reaches outside. */
const creatable = new Set(["DATABASE", "TABLE", "VIEW", "FUNCTION", "MATERIALIZED"]);

/** Table functions that neither read files nor reach the network nor run text as SQL. */
const harmless = new Set([
  "format",
  "generate_series",
  "generaterandom",
  "generateseries",
  "null",
  "numbers",
  "numbers_mt",
  "primes",
  "values",
  "view",
  "zeros",
  "zeros_mt",
]);
/** Ordinary functions that do: `file` reads any file, the others load models or call services. */
const reachingFunctions =
  /^(?:file|catboostevaluate|addressto.*|ai[a-z]+|disk|joinget.*|dictget.*|dicthas|dictisin|hascolumnintable)$/;
const safeEngines =
  /^(?:(?:Replicated)?\w*MergeTree|Memory|Null|Set|Join|Log|TinyLog|StripeLog|Atomic)$/;

/**
 * Judges a statement by the text that the engine's own formatter made of it, so that comments,
 * quoting, escapes and case cannot hide anything: what is judged is what the engine parsed.
 * This stands before the engine's `readonly`, which lets through `INTO OUTFILE`, the function
 * `file()`, the files that appear as tables of the database `default`, KILL and USE.
 * @throws StoreException with ClickHouse's code
 */
export function judge(
  formatted: string,
  parameters: ReadonlyMap<string, string>,
  facts: GateFacts,
): JudgedStatement {
  const tokens = readTokens(formatted);
  const kind = kindOf(tokens);
  for (const [index, token] of tokens.entries()) {
    refuseReach(token, tokens[index + 1], facts);
    if (isWord(token, "INTO") && isWord(tokens[index + 1], "OUTFILE")) {
      throw refused("INTO OUTFILE is not available here");
    }
    if (isWord(token, "INFILE")) throw refused("FROM INFILE is not available here");
    if (isWord(token, "ENGINE") && tokens[index + 1]?.text === "=") checkEngine(tokens[index + 2]);
    if (token.kind === "parameter") checkParameter(token, parameters);
  }
  return {
    kind,
    hasSettings: tokens.some(isSettings),
    format: formatOf(tokens),
  };
}

function readTokens(formatted: string): SqlToken[] {
  const tokens: SqlToken[] = [];
  const reading = sqlTokens(formatted);
  for (;;) {
    const next = reading.next();
    if (next.done) {
      if (next.value < formatted.trimEnd().length) throw refused("the statement cannot be checked");
      return tokens;
    }
    tokens.push(next.value);
  }
}

function kindOf(tokens: readonly SqlToken[]): StatementKind {
  const first = tokens[0]?.text.toUpperCase() ?? "";
  if (readers.has(first)) return "read";
  if (!writers.has(first)) throw refused(`${first} is not available here`);
  if (first === "CREATE") {
    const made = tokens
      .slice(1)
      .map(({ text }) => text.toUpperCase())
      .find((word) => word !== "OR" && word !== "REPLACE");
    if (made === undefined || !creatable.has(made)) {
      throw refused(`CREATE ${made ?? ""} is not available here`);
    }
  }
  return "write";
}

function refuseReach(token: SqlToken, next: SqlToken | undefined, facts: GateFacts): void {
  if (token.kind !== "word" && token.kind !== "quoted") return;
  const name = token.text.toLowerCase();
  if (next?.text === "(") {
    if (reachingFunctions.test(name) || (facts.tableFunctions.has(name) && !harmless.has(name))) {
      throw refused(`the function ${token.text} is not available here`);
    }
  }
  // The engine's database `default` shows every file of the machine as a table.
  if (name === "default" && next?.text === ".") {
    throw refused("the database `default` is not available here");
  }
}

function checkEngine(engine: SqlToken | undefined): void {
  if (engine === undefined || !safeEngines.test(engine.text)) {
    throw refused(`the engine ${engine?.text ?? ""} is not available here`);
  }
}

function checkParameter(token: SqlToken, parameters: ReadonlyMap<string, string>): void {
  const [name = "", type = ""] = token.text.slice(1, -1).split(":", 2);
  const value = parameters.get(name.trim());
  if (value === undefined) {
    throw new StoreException(
      456,
      "UNKNOWN_QUERY_PARAMETER",
      `Substitution \`${name.trim()}\` is not set`,
    );
  }
  if (type.trim().toLowerCase() !== "identifier") return;
  if (!/^[A-Za-z_]\w*$/.test(value) || value.toLowerCase() === "default") {
    throw refused(`the parameter ${name} is not a plain name`);
  }
}

/** `SETTINGS name = value`, and not a column or alias of that name. */
function isSettings(token: SqlToken, index: number, tokens: readonly SqlToken[]): boolean {
  const name = tokens[index + 1]?.kind;
  const isClause = (name === "word" || name === "quoted") && tokens[index + 2]?.text === "=";
  return isWord(token, "SETTINGS") && isClause;
}

function formatOf(tokens: readonly SqlToken[]): string | undefined {
  const at = tokens.findLastIndex((token) => isWord(token, "FORMAT"));
  const name = tokens[at + 1];
  const after = tokens[at + 2];
  const ends = after === undefined || isWord(after, "SETTINGS");
  return at > 0 && name?.kind === "word" && ends ? name.text : undefined;
}

function isWord(token: SqlToken | undefined, word: string): boolean {
  return token?.kind === "word" && token.text.toUpperCase() === word;
}

function refused(message: string): StoreException {
  return new StoreException(164, "READONLY", message);
}
