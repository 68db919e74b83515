import { MacroError } from "./macro-error.js";

/** What is chosen for a dashboard variable. */
export interface VariableValue {
  /** The chosen values; all that there are when `all` is set. */
  readonly values: readonly string[];
  /** Whether the choice is "All". */
  readonly all?: boolean;
}

/** A reference such as `$name`, `${name}` or `${name:format}`; never a macro. */
const reference = /\$\{(?!__)(\w+)(?::(\w+))?\}|\$(?!__)([A-Za-z]\w*)/g;

const quote = (value: string): string =>
  `'${value.replaceAll("\\", "\\\\").replaceAll("'", String.raw`\'`)}'`;

/** Names of the variables that a text refers to, each once. */
export function variablesIn(text: string): readonly string[] {
  const names = [...text.matchAll(reference)].map(([, braced, , bare]) => braced ?? bare ?? "");
  return [...new Set(names)];
}

/** References that put a value into SQL as it is: any format other than a quoting one. */
export function unquotedReferences(sql: string): readonly string[] {
  return [...sql.matchAll(reference)]
    .filter(([, , format]) => format !== "singlequote")
    .map(([whole]) => whole);
}

/**
 * Replaces variables in SQL. Only `${name:singlequote}` is allowed, because every other format
 * lets a value end the string that it stands in. Backslashes are escaped, too.
 * @throws MacroError when a variable is unknown or not quoted
 */
export function expandVariables(
  sql: string,
  variables: ReadonlyMap<string, VariableValue>,
): string {
  const [unquoted] = unquotedReferences(sql);
  if (unquoted !== undefined) {
    throw new MacroError(`${unquoted} is not escaped: write it as \${name:singlequote}`);
  }
  return sql.replaceAll(reference, (_whole, name: string) => {
    const value = variables.get(name);
    if (value === undefined) throw new MacroError(`there is no variable ${name}`);
    return value.values.map(quote).join(",");
  });
}

/** Replaces variables in a title or a link, where values are shown and not executed. */
export function expandText(text: string, variables: ReadonlyMap<string, VariableValue>): string {
  return text.replaceAll(
    reference,
    (whole, braced: string | undefined, _format: unknown, bare: string | undefined) =>
      variables.get(braced ?? bare ?? "")?.values.join(", ") ?? whole,
  );
}
