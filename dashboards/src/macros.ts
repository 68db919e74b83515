import { MacroError } from "./macro-error.js";
import { expandVariables, type VariableValue } from "./variables.js";

/** What a query is expanded for. */
export interface MacroContext {
  /** Milliseconds since the Unix epoch, both inclusive. */
  readonly from: number;
  readonly to: number;
  /** Width of a point on the time axis, in seconds. */
  readonly intervalSeconds: number;
  /**
   * The dashboard's variables. Leave it out to expand as Grafana's backend does for an alert
   * rule: frontend macros and variables then stay as they are.
   */
  readonly variables?: ReadonlyMap<string, VariableValue>;
}

type Expander = (context: MacroContext, args: readonly string[]) => string;

interface Macro {
  readonly arguments: number;
  readonly expand: Expander;
}

const seconds = (time: number): string => `toDateTime(${Math.floor(time / 1000)})`;
const milliseconds = (time: number): string => `fromUnixTimestamp64Milli(${Math.floor(time)})`;
const day = (time: number): string => `toDate('${new Date(time).toISOString().slice(0, 10)}')`;

function between(
  column: string,
  literal: (time: number) => string,
  { from, to }: MacroContext,
): string {
  return `${column} >= ${literal(from)} AND ${column} <= ${literal(to)}`;
}

function bucket(column: string, width: number): string {
  return `toStartOfInterval(toDateTime(${column}), INTERVAL ${width} second)`;
}

const wholeSeconds = ({ intervalSeconds }: MacroContext): number =>
  Math.max(1, Math.floor(intervalSeconds));

const goUnits: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };

/** Seconds of a duration as Go writes it, such as `90s`, `1h30m` or `1.5h`. */
function goDuration(text: string): number {
  const bare = text.trim().replaceAll(/^['"]|['"]$/g, "");
  const parts = [...bare.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  const total = parts.reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (goUnits[unit ?? ""] ?? Number.NaN),
    0,
  );
  if (parts.map(([part]) => part).join("") !== bare || Math.round(total) < 1) {
    throw new MacroError(`$__timeGroup: ${text.trim()} is not a duration of a second or more`);
  }
  return Math.round(total);
}

/** The macros that the data source's backend expands, in dashboards and in alert rules. */
const backendMacros: Readonly<Record<string, Macro>> = {
  timeFilter: {
    arguments: 1,
    expand: (context, [column = ""]) => between(column, seconds, context),
  },
  timeFilter_ms: {
    arguments: 1,
    expand: (context, [column = ""]) => between(column, milliseconds, context),
  },
  dateFilter: { arguments: 1, expand: (context, [column = ""]) => between(column, day, context) },
  dateTimeFilter: {
    arguments: 2,
    expand: (context, [date = "", time = ""]) =>
      `(${between(date, day, context)}) AND (${between(time, seconds, context)})`,
  },
  fromTime: { arguments: 0, expand: ({ from }) => seconds(from) },
  toTime: { arguments: 0, expand: ({ to }) => seconds(to) },
  fromTime_ms: { arguments: 0, expand: ({ from }) => milliseconds(from) },
  toTime_ms: { arguments: 0, expand: ({ to }) => milliseconds(to) },
  timeInterval: {
    arguments: 1,
    expand: (context, [column = ""]) => bucket(column, wholeSeconds(context)),
  },
  timeInterval_ms: {
    arguments: 1,
    expand: ({ intervalSeconds }, [column = ""]) => {
      const width = Math.max(1, Math.floor(intervalSeconds * 1000));
      return `toStartOfInterval(toDateTime64(${column}, 3), INTERVAL ${width} millisecond)`;
    },
  },
  timeGroup: {
    arguments: 2,
    expand: (_context, [column = "", width = ""]) => bucket(column.trim(), goDuration(width)),
  },
  interval_s: { arguments: 0, expand: (context) => String(wholeSeconds(context)) },
};

/** The macros that only the browser expands: an alert rule that has one is broken. */
const frontendMacros: Readonly<Record<string, Macro>> = {
  conditionalAll: {
    arguments: 2,
    expand: ({ variables }, [condition = "", reference = ""]) => {
      const name = /^\$(?:\{(\w+)\}|(\w+))$/.exec(reference);
      const value = variables?.get(name?.[1] ?? name?.[2] ?? "");
      if (value === undefined) {
        throw new MacroError(`$__conditionalAll: ${reference} is not a variable without a format`);
      }
      return value.all || value.values.join("") === "" ? "1=1" : condition;
    },
  },
  adHocFilters: { arguments: 1, expand: () => "additional_table_filters={}" },
  from: { arguments: 0, expand: ({ from }) => String(Math.floor(from)) },
  to: { arguments: 0, expand: ({ to }) => String(Math.floor(to)) },
};

export const backendMacroNames: readonly string[] = Object.keys(backendMacros);
export const frontendMacroNames: readonly string[] = Object.keys(frontendMacros);

/**
 * The SQL that ClickHouse gets: comments dropped, macros and variables replaced, as version 4.20
 * of Grafana's ClickHouse data source does it. Macros that it does not know stay. Unlike there,
 * variables come last, so that a macro in a variable's value stays text.
 * @throws MacroError for wrong arguments, unknown variables and variables that would not be quoted
 */
export function expandMacros(sql: string, context: MacroContext): string {
  const { variables } = context;
  const text = withoutComments(sql);
  if (variables === undefined) return expandCalls(text, backendMacros, context);
  const chosen = expandCalls(text, frontendMacros, context);
  return expandVariables(expandCalls(chosen, backendMacros, context), variables);
}

/** Works from the last call to the first, so that arguments are expanded before their macro. */
function expandCalls(
  sql: string,
  macros: Readonly<Record<string, Macro>>,
  context: MacroContext,
): string {
  let text = sql;
  for (const match of [...sql.matchAll(/\$__(\w+)/g)].toReversed()) {
    const macro = Object.hasOwn(macros, match[1] ?? "") ? macros[match[1] ?? ""] : undefined;
    if (macro === undefined) continue;
    const { args, end } = readArguments(text, match.index + match[0].length);
    if (args.length !== macro.arguments) {
      throw new MacroError(
        `${match[0]} takes ${macro.arguments} argument(s), not ${args.length}: ${text.slice(match.index, end)}`,
      );
    }
    text = text.slice(0, match.index) + macro.expand(context, args) + text.slice(end);
  }
  return text;
}

/** Reads `(a, f(b, c))` at `start`. Without a parenthesis there are no arguments. */
function readArguments(text: string, start: number): { args: string[]; end: number } {
  if (text[start] !== "(") return { args: [], end: start };
  const args: string[] = [];
  let depth = 0;
  let begin = start + 1;
  for (const { 0: token, index } of text.slice(start).matchAll(/'(?:[^'\\]|\\.)*'|[(),]/gs)) {
    const at = start + index;
    if (token === "(") depth++;
    if (token === ")") depth--;
    if ((token === "," && depth === 1) || depth === 0) {
      args.push(text.slice(begin, at).trim());
      begin = at + 1;
    }
    if (depth === 0) return { args: args.join("") === "" ? [] : args, end: at + 1 };
  }
  throw new MacroError(`a parenthesis is not closed: ${text.slice(start, start + 40)}`);
}

/** Drops comments, but not what looks like one inside a string or a quoted name. */
function withoutComments(sql: string): string {
  return sql.replaceAll(
    /('(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|"(?:[^"\\]|\\.)*")|--[^\n]*|\/\*.*?\*\//gs,
    (_whole, quoted: string | undefined) => quoted ?? "",
  );
}
