import { StoreException } from "./exception.js";
import { sqlTokens, type SqlToken } from "./sql-tokens.js";

/** An INSERT whose rows come as data. */
export interface InsertStatement {
  readonly table: readonly string[];
  readonly columns: readonly string[];
  /** The clause SETTINGS, by name. */
  readonly settings: ReadonlyMap<string, string>;
  readonly format: string;
  /** Index of the first character of the data within the text that was read. */
  readonly dataStart: number;
}

/**
 * Reads the head of `INSERT INTO [TABLE] [db.]t [(a, b)] [SETTINGS x = 1, ...] FORMAT F` or
 * `... VALUES`. Answers undefined for anything else: other forms of INSERT carry no data and go
 * the way of every statement.
 */
export function readInsert(text: string): InsertStatement | undefined {
  const reader = new HeadReader(text);
  if (!reader.word("INSERT") || !reader.word("INTO")) return undefined;
  reader.word("TABLE");
  const table = reader.name();
  if (table === undefined) return undefined;
  const columns = reader.columns();
  if (columns === undefined) return undefined;
  const settings = reader.word("SETTINGS") ? reader.settings() : new Map<string, string>();
  if (settings === undefined) return undefined;
  if (reader.word("VALUES")) {
    return { table, columns, settings, format: "Values", dataStart: reader.position };
  }
  if (!reader.word("FORMAT")) return undefined;
  const format = reader.identifier();
  if (format === undefined) return undefined;
  return { table, columns, settings, format, dataStart: startOfData(text, reader.position) };
}

/** ClickHouse skips blanks, one semicolon and one line end between the format's name and the data. */
function startOfData(text: string, position: number): number {
  const blanks = /[ \t\f]*;?[ \t\f]*\r?\n?/y;
  blanks.lastIndex = position;
  return position + (blanks.exec(text)?.[0].length ?? 0);
}

/** Values may hold expressions; a function call in them is refused, since nothing else judges them. */
export function checkValues(data: string): void {
  let previous: SqlToken | undefined;
  for (const token of sqlTokens(data)) {
    const isCall = token.text === "(" && token.kind === "symbol";
    if (isCall && (previous?.kind === "word" || previous?.kind === "quoted")) {
      throw new StoreException(
        48,
        "NOT_IMPLEMENTED",
        `the function ${previous.text} is not available in VALUES: use INSERT ... SELECT`,
      );
    }
    previous = token;
  }
}

class HeadReader {
  position = 0;
  readonly #tokens: Generator<SqlToken, number>;
  #next: SqlToken | undefined;

  constructor(text: string) {
    this.#tokens = sqlTokens(text);
    this.#advance();
  }

  word(expected: string): boolean {
    const matches = this.#next?.kind === "word" && this.#next.text.toUpperCase() === expected;
    if (matches) this.#consume();
    return matches;
  }

  identifier(): string | undefined {
    const token = this.#next;
    if (token?.kind !== "word" && token?.kind !== "quoted") return undefined;
    this.#consume();
    return token.text;
  }

  /** `t` or `db.t`. */
  name(): string[] | undefined {
    const first = this.identifier();
    if (first === undefined || first.toUpperCase() === "FUNCTION") return undefined;
    if (!this.#symbol(".")) return [first];
    const second = this.identifier();
    return second === undefined ? undefined : [first, second];
  }

  /** Empty when there is no list; undefined when it is more than plain names. */
  columns(): string[] | undefined {
    const names: string[] = [];
    if (!this.#symbol("(")) return names;
    do {
      const parts = [this.identifier()];
      while (this.#symbol(".")) parts.push(this.identifier());
      if (parts.includes(undefined)) return undefined;
      names.push(parts.join("."));
    } while (this.#symbol(","));
    return this.#symbol(")") ? names : undefined;
  }

  settings(): Map<string, string> | undefined {
    const list = new Map<string, string>();
    do {
      const name = this.identifier();
      if (name === undefined || !this.#symbol("=")) return undefined;
      const negative = this.#symbol("-") ? "-" : "";
      const value = this.#next;
      if (value === undefined || value.kind === "symbol") return undefined;
      list.set(name, negative + value.text);
      this.#consume();
    } while (this.#symbol(","));
    return list;
  }

  #symbol(expected: string): boolean {
    const matches = this.#next?.kind === "symbol" && this.#next.text === expected;
    if (matches) this.#consume();
    return matches;
  }

  #consume(): void {
    this.position = this.#next?.end ?? this.position;
    this.#advance();
  }

  #advance(): void {
    const next = this.#tokens.next();
    this.#next = next.done ? undefined : next.value;
  }
}
