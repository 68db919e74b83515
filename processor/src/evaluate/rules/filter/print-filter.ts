import type { Condition, Constant, Value } from "./filter-tree.js";

const escapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

/** An expression that reads as the same tree. */
export function printCondition(condition: Condition): string {
  switch (condition.kind) {
    case "and":
    case "or":
      return condition.parts.map(printPart).join(` ${condition.kind} `);
    case "not":
      return `not ${printPart(condition.part)}`;
    case "holds":
      return printValue(condition.value);
    case "compare":
      return `${printValue(condition.left)} ${condition.operator} ${printValue(condition.right)}`;
    case "in":
      return `${printValue(condition.value)} in [${condition.list.map(printValue).join(", ")}]`;
    case "text":
    default:
      return `${printValue(condition.value)} ${condition.operator} ${printValue(condition.part)}`;
  }
}

function printPart(condition: Condition): string {
  const printed = printCondition(condition);
  return condition.kind === "and" || condition.kind === "or" ? `(${printed})` : printed;
}

function printValue(value: Value): string {
  switch (value.kind) {
    case "literal":
      return printConstant(value.value);
    case "field":
      return value.name;
    case "call":
    default:
      return `${value.name}(${printValue(value.argument)})`;
  }
}

export function printConstant(value: Constant): string {
  if (typeof value !== "string") return String(value);
  return `"${value.replace(/["\\\n\r\t]/g, (character) => escapes[character] ?? character)}"`;
}
