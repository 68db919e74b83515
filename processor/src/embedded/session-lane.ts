import type { ChdbResult, Session } from "chdb";
import type { Engine } from "./engine.js";

/** Everything that a session keeps from one query to the next. */
export interface SessionState {
  readonly readOnly: boolean;
  readonly database: string;
  /** By name; all that a query needs beyond the base. */
  readonly settings: ReadonlyMap<string, string>;
}

export interface EngineQuery {
  readonly sql: string;
  /** Of the answer, where the statement names none. */
  readonly format: string;
  /**
   * Values of `{name:Type}`, in ClickHouse's escaped form. They stay on the session, so a query
   * must name all that it uses.
   */
  readonly parameters: ReadonlyMap<string, string>;
}

interface Idle {
  readonly session: Session;
  readonly key: string;
}

/**
 * A few sessions that run side by side; each runs one query after another. Whatever a query needs
 * that stays on a session (`USE`, `SET`, and `readonly`, which cannot be taken back) is part of the
 * key that the session is chosen by, so nothing can stick and show in another query. A session is
 * closed after every failure: in engine 26.7 the output that a failed query had written comes
 * before the next query's.
 */
export class SessionLane {
  readonly #engine: Engine;
  readonly #base: ReadonlyMap<string, string>;
  readonly #limit: number;
  readonly #idle: Idle[] = [];
  readonly #waiting: (() => void)[] = [];
  #busy = 0;

  constructor(engine: Engine, base: ReadonlyMap<string, string>, limit: number) {
    this.#engine = engine;
    this.#base = base;
    this.#limit = limit;
  }

  async run(state: SessionState, query: EngineQuery): Promise<ChdbResult> {
    await this.#turn();
    let session: Session | undefined;
    try {
      const key = keyOf(state);
      session = this.#take(key) ?? (await this.#open(state));
      // Not the package's own binding: it runs all bound queries of the process one after another.
      if (query.parameters.size > 0) await session.queryAsync(bind(query.parameters));
      const result = await session.queryAsync(query.sql, { format: query.format });
      this.#idle.push({ session, key });
      session = undefined;
      return result;
    } finally {
      session?.close();
      this.#busy -= 1;
      this.#waiting.shift()?.();
    }
  }

  close(): void {
    for (const { session } of this.#idle.splice(0)) session.close();
  }

  async #turn(): Promise<void> {
    while (this.#busy >= this.#limit) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#busy += 1;
  }

  #take(key: string): Session | undefined {
    const at = this.#idle.findLastIndex((idle) => idle.key === key);
    if (at >= 0) return this.#idle.splice(at, 1)[0]?.session;
    while (this.#idle.length + this.#busy > this.#limit) this.#idle.shift()?.session.close();
    return undefined;
  }

  async #open({ readOnly, database, settings }: SessionState): Promise<Session> {
    const session = this.#engine.open();
    try {
      await session.queryAsync(`USE ${quoteName(database)}`);
      const all = new Map([...this.#base, ...settings]);
      const list = [...all].map(([name, value]) => `${name} = ${quoteText(value)}`);
      await session.queryAsync(`SET ${list.join(", ")}`);
      if (readOnly) await session.queryAsync("SET readonly = 1");
      return session;
    } catch (error) {
      session.close();
      throw error;
    }
  }
}

function bind(parameters: ReadonlyMap<string, string>): string {
  const list = [...parameters].map(([name, value]) => `param_${name} = ${quoteText(value)}`);
  return `SET ${list.join(", ")}`;
}

function keyOf({ readOnly, database, settings }: SessionState): string {
  const sorted = [...settings].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([readOnly, database, sorted]);
}

export function quoteText(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

export function quoteName(name: string): string {
  return `\`${name.replaceAll("\\", "\\\\").replaceAll("`", "\\`")}\``;
}
