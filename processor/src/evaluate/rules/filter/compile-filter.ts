import type { PendingInteraction } from "../../../model/ports.js";
import type { FilterField } from "./filter-fields.js";
import type { Comparison, Condition, TextTest, Value } from "./filter-tree.js";

type Test = (interaction: PendingInteraction) => boolean;
type Read = (interaction: PendingInteraction) => unknown;

/**
 * The condition as a function, for a tree without faults. It never throws, and takes time in
 * proportion to the texts that it looks at.
 */
export function compileCondition(condition: Condition): Test {
  switch (condition.kind) {
    case "and": {
      const parts = condition.parts.map(compileCondition);
      return (interaction) => parts.every((part) => part(interaction));
    }
    case "or": {
      const parts = condition.parts.map(compileCondition);
      return (interaction) => parts.some((part) => part(interaction));
    }
    case "not": {
      const part = compileCondition(condition.part);
      return (interaction) => !part(interaction);
    }
    case "holds": {
      const read = compileValue(condition.value);
      return (interaction) => read(interaction) === true;
    }
    case "compare": {
      const [left, right] = [compileValue(condition.left), compileValue(condition.right)];
      const compare = comparisons[condition.operator];
      return (interaction) => compare(left(interaction), right(interaction));
    }
    case "in": {
      const read = compileValue(condition.value);
      const listed = new Set<unknown>(condition.list.map(({ value }) => value));
      return (interaction) => listed.has(read(interaction));
    }
    case "text":
    default: {
      const read = compileValue(condition.value);
      const part = condition.part.kind === "literal" ? String(condition.part.value) : "";
      const test = textTests[condition.operator];
      return (interaction) => textsOf(read(interaction)).some((text) => test(text, part));
    }
  }
}

const comparisons: Readonly<Record<Comparison, (left: unknown, right: unknown) => boolean>> = {
  "=": (left, right) => left === right,
  "!=": (left, right) => left !== right,
  "<": (left, right) => numeric(left) && numeric(right) && left < right,
  "<=": (left, right) => numeric(left) && numeric(right) && left <= right,
  ">": (left, right) => numeric(left) && numeric(right) && left > right,
  ">=": (left, right) => numeric(left) && numeric(right) && left >= right,
};

const textTests: Readonly<Record<TextTest, (text: string, part: string) => boolean>> = {
  contains: (text, part) => text.includes(part),
  "starts with": (text, part) => text.startsWith(part),
  "ends with": (text, part) => text.endsWith(part),
};

/** What is not known is neither more nor less than anything. */
function numeric(value: unknown): value is number {
  return typeof value === "number";
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function compileValue(value: Value): Read {
  if (value.kind === "literal") return () => value.value;
  if (value.kind === "field") {
    // The check has found that it is one.
    const name = value.name as FilterField;
    return (interaction) => interaction[name];
  }
  const read = compileValue(value.argument);
  if (value.name === "lower") return (interaction) => lower(read(interaction));
  return (interaction) => length(read(interaction));
}

function lower(value: unknown): unknown {
  return typeof value === "string" ? value.toLowerCase() : value;
}

function length(value: unknown): unknown {
  return typeof value === "string" || Array.isArray(value) ? value.length : null;
}
