type Attributes = ReadonlyMap<string, string>;

/** The first value that is not empty, names in order; an empty text when there is none. */
export function textOf(attributes: Attributes, names: readonly string[]): string {
  for (const name of names) {
    const value = attributes.get(name);
    if (value !== undefined && value !== "") return value;
  }
  return "";
}

/** No real count comes near it; a larger one would only spoil sums. */
const largestCount = 1e12;

/** A count as text. Undefined when there is none or when it is not a count. */
export function countOf(attributes: Attributes, names: readonly string[]): number | undefined {
  const text = textOf(attributes, names);
  if (text === "") return undefined;
  const count = Math.trunc(Number(text));
  return count >= 0 && count <= largestCount ? count : undefined;
}

/** A list of texts as the raw table holds it (JSON text), or one text by itself. */
export function listOf(attributes: Attributes, names: readonly string[]): string[] {
  const text = textOf(attributes, names);
  if (text === "") return [];
  const value = parseJson(text);
  if (!Array.isArray(value)) return [text];
  return value.filter((item): item is string => typeof item === "string");
}

/** JSON text to its value; undefined when it is no JSON object, array or quoted text. */
export function parseJson(text: string): unknown {
  const start = text.trimStart().charAt(0);
  if (start !== "{" && start !== "[" && start !== '"') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A field of parsed JSON that is its own: inherited names such as `constructor` are not data. */
export function field(value: unknown, name: string): unknown {
  return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** A field that is a text; a number counts as its text. Empty otherwise. */
export function textField(value: unknown, ...names: readonly string[]): string {
  for (const name of names) {
    const found = field(value, name);
    if (typeof found === "string" && found !== "") return found;
    if (typeof found === "number") return String(found);
  }
  return "";
}

/** The first of the fields that is a number. */
export function numberField(value: unknown, ...names: readonly string[]): number | undefined {
  return names.map((name) => field(value, name)).find((found) => typeof found === "number");
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text as it is, anything else as JSON text; empty for nothing and for what cannot be written. */
export function asText(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return "";
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    return "";
  }
}
