import type { JsonSchema } from "./json-schema.js";

/** Keywords whose work is not linear in what they look at, and those that check nothing. */
const leftOut: ReadonlySet<string> = new Set([
  "pattern",
  "patternProperties",
  "uniqueItems",
  "format",
  "default",
  "example",
  "examples",
  "$comment",
  "$schema",
  "$id",
  "id",
  "title",
  "description",
]);

/** Keywords that hold a value or names instead of schemas. */
const values: ReadonlySet<string> = new Set(["const", "enum", "required", "dependentRequired"]);

/** Keywords that hold schemas by names of the application's. */
const maps: ReadonlySet<string> = new Set([
  "properties",
  "$defs",
  "definitions",
  "dependentSchemas",
]);

/** How deep schemas and what is in them may lie in each other. */
const deepest = 40;
/** Characters of a reference. */
const longestReference = 500;

export interface SafeSchema {
  /** Undefined when the schema refers to itself or to elsewhere, or is too large. */
  readonly schema: JsonSchema | undefined;
  /** Schemas and values in it, those behind references counted each time. */
  readonly size: number;
}

/**
 * A schema that came with telemetry in a form that is safe to run: without references to itself
 * and without keywords that take long on purpose. It says less than the schema, never more.
 * @param most schemas and values; one that is larger has a size above it, and one that is too deep
 */
export function safeSchema(schema: JsonSchema, most: number): SafeSchema {
  const walk: Walk = { root: schema, left: most, depth: 0, open: [] };
  try {
    const safe = object(expand(schema, walk));
    return { schema: safe, size: most - walk.left };
  } catch (error) {
    if (error instanceof LargeSchema) return { schema: undefined, size: most + 1 };
    if (error instanceof UnsafeSchema) return { schema: undefined, size: most - walk.left };
    throw error;
  }
}

class UnsafeSchema extends Error {}
class LargeSchema extends Error {}

interface Walk {
  readonly root: JsonSchema;
  left: number;
  depth: number;
  /** References that are being followed. */
  readonly open: string[];
}

function expand(value: unknown, walk: Walk): unknown {
  enter(walk);
  const expanded = expandWithin(value, walk);
  walk.depth--;
  return expanded;
}

function enter(walk: Walk): void {
  if (--walk.left < 0 || ++walk.depth > deepest) throw new LargeSchema();
}

/** Values become code, too. */
function count(value: unknown, walk: Walk): void {
  enter(walk);
  if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) count(inner, walk);
  }
  walk.depth--;
}

function expandWithin(value: unknown, walk: Walk): unknown {
  if (Array.isArray(value)) return value.map((item) => expand(item, walk));
  const schema = object(value);
  if (schema === undefined) return value;
  if ("$dynamicRef" in schema || "$recursiveRef" in schema) throw new UnsafeSchema();
  const { $ref: reference, ...rest } = schema;
  const own = expandKeywords(rest, walk);
  if (typeof reference !== "string") return own;
  return { ...own, allOf: [...listOf(own["allOf"]), follow(reference, walk)] };
}

function expandKeywords(schema: JsonSchema, walk: Walk): Record<string, unknown> {
  const hasPatterns = "patternProperties" in schema;
  const kept = Object.entries(schema).filter(
    ([name]) =>
      !leftOut.has(name) &&
      name !== "$defs" &&
      name !== "definitions" &&
      // Properties that patterns allow are not known any more.
      !(hasPatterns && /^(?:additional|unevaluated)Properties$/.test(name)),
  );
  return Object.fromEntries(
    kept.map(([name, value]) => {
      if (values.has(name)) {
        count(value, walk);
        return [name, value];
      }
      return [name, maps.has(name) ? expandMap(value, walk) : expand(value, walk)];
    }),
  );
}

function expandMap(value: unknown, walk: Walk): unknown {
  const entries = Object.entries(object(value) ?? {});
  return Object.fromEntries(entries.map(([name, schema]) => [name, expand(schema, walk)]));
}

/** The schema behind `#/$defs/...`. */
function follow(reference: string, walk: Walk): unknown {
  if (reference.length > longestReference) throw new LargeSchema();
  if (!reference.startsWith("#/") || walk.open.includes(reference)) throw new UnsafeSchema();
  let target: unknown = walk.root;
  for (const part of reference.slice(2).split("/")) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    const holder = object(target);
    if (holder === undefined || !Object.hasOwn(holder, name)) throw new UnsafeSchema();
    target = holder[name];
  }
  walk.open.push(reference);
  const expanded = expand(target, walk);
  walk.open.pop();
  return expanded;
}

function object(value: unknown): JsonSchema | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as JsonSchema)
    : undefined;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
