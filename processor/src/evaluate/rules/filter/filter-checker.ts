import type { FilterFault } from "./filter-fault.js";
import { filterFields, type FieldForm, type FilterType } from "./filter-fields.js";
import type { Condition, Constant, Literal, Value } from "./filter-tree.js";
import { nearestNames } from "./nearest-names.js";
import { printConstant } from "./print-filter.js";

const called: Readonly<Record<FilterType, string>> = {
  text: "a text",
  number: "a number",
  boolean: "true or false",
  texts: "a list",
  items: "a list",
  null: "null",
};

const functions: ReadonlyMap<string, { takes: readonly FilterType[]; gives: FieldForm }> = new Map([
  ["length", { takes: ["text", "texts", "items"], gives: { type: "number" } }],
  ["lower", { takes: ["text"], gives: { type: "text" } }],
]);

/** Everything in the tree that can never mean what was written, in the order of the text. */
export function checkCondition(condition: Condition): FilterFault[] {
  const faults: FilterFault[] = [];
  new Checker((column, message) => faults.push({ column, message })).condition(condition);
  return faults.toSorted((left, right) => left.column - right.column);
}

class Checker {
  private readonly report: (column: number, message: string) => void;

  constructor(report: (column: number, message: string) => void) {
    this.report = report;
  }

  condition(condition: Condition): void {
    switch (condition.kind) {
      case "and":
      case "or":
        for (const part of condition.parts) this.condition(part);
        return;
      case "not":
        this.condition(condition.part);
        return;
      case "holds":
        this.holds(condition.value);
        return;
      case "compare":
        if (condition.operator === "=" || condition.operator === "!=") {
          this.equal(condition.left, condition.right);
        } else {
          this.ordered(condition.left, condition.operator);
          this.ordered(condition.right, condition.operator);
        }
        return;
      case "in":
        this.listed(condition.value, condition.list);
        return;
      case "text":
        this.contained(condition.value, condition.part, condition.operator);
        return;
    }
  }

  private holds(value: Value): void {
    const form = this.form(value);
    if (form === undefined) return;
    if (value.kind === "literal" || form.type !== "boolean") {
      const remedy = isList(form) ? "ask for contains or length(...)" : "compare it with something";
      this.report(value.column, `${named(value)} is ${called[form.type]}, no condition: ${remedy}`);
    }
  }

  private ordered(value: Value, operator: string): void {
    const form = this.form(value);
    if (form === undefined || form.type === "number") return;
    const message = `${operator} compares numbers, and ${named(value)} is ${called[form.type]}`;
    this.report(value.column, message);
  }

  private equal(left: Value, right: Value): void {
    const [ours, theirs] = [this.form(left), this.form(right)];
    if (ours === undefined || theirs === undefined) return;
    if (left.kind === "literal" && right.kind !== "literal") this.fits(right, theirs, left, ours);
    else this.fits(left, ours, right, theirs);
  }

  private listed(value: Value, list: readonly Literal[]): void {
    const form = this.form(value);
    if (form === undefined) return;
    for (const literal of list) this.fits(value, form, literal, formOf(literal.value));
  }

  /** Whether the two can be equal at all. */
  private fits(value: Value, form: FieldForm, other: Value, expected: FieldForm): void {
    if (isList(form) || isList(expected)) {
      const list = isList(form) ? value : other;
      const message = `${named(list)} is a list: ask for contains or length(${named(list)})`;
      this.report(list.column, message);
      return;
    }
    if (expected.type === "null") {
      if (form.nullable) return;
      const empty = form.type === "text" ? `: what is missing is empty, ${named(value)} = ""` : "";
      this.report(other.column, `${named(value)} is never null${empty}`);
      return;
    }
    if (form.type !== expected.type) {
      const theirs = `${named(other)} is ${called[expected.type]}`;
      this.report(other.column, `${named(value)} is ${called[form.type]}, and ${theirs}`);
      return;
    }
    if (form.values === undefined || other.kind !== "literal") return;
    if (form.values.includes(String(other.value))) return;
    const known = form.values.join(", ");
    this.report(other.column, `${named(value)} is never ${named(other)}; known are ${known}`);
  }

  private contained(value: Value, part: Value, operator: string): void {
    const form = this.form(value);
    if (form !== undefined && form.type !== "text" && form.type !== "texts") {
      this.report(
        value.column,
        `${named(value)} is ${called[form.type]}, which ${operator} no text`,
      );
    }
    // A text of somebody else's choice could make the search slow.
    if (part.kind !== "literal" || typeof part.value !== "string") {
      this.report(part.column, `expected a text in quotes behind ${operator}`);
    }
  }

  /** Undefined when there is a fault in the value itself, which is then reported. */
  private form(value: Value): FieldForm | undefined {
    if (value.kind === "literal") return formOf(value.value);
    if (value.kind === "call") return this.result(value);
    const form = filterFields.get(value.name);
    if (form === undefined) this.unknown("field", value, filterFields.keys());
    return form;
  }

  private result(call: Extract<Value, { kind: "call" }>): FieldForm | undefined {
    const known = functions.get(call.name);
    if (known === undefined) {
      this.unknown("function", call, functions.keys());
      return undefined;
    }
    const form = this.form(call.argument);
    if (form === undefined || known.takes.includes(form.type)) return known.gives;
    const message = `${call.name}(...) takes no ${called[form.type].replace(/^an? /, "")}`;
    this.report(call.argument.column, message);
    return known.gives;
  }

  private unknown(
    what: string,
    { name, column }: { readonly name: string; readonly column: number },
    names: Iterable<string>,
  ): void {
    const all = [...names];
    const nearest = nearestNames(name, all);
    const remedy =
      nearest.length > 0 ? `did you mean ${nearest.join(" or ")}?` : `known are ${all.join(", ")}`;
    this.report(column, `there is no ${what} "${name}"; ${remedy}`);
  }
}

function formOf(value: Constant): FieldForm {
  if (value === null) return { type: "null" };
  if (typeof value === "string") return { type: "text" };
  return { type: typeof value === "number" ? "number" : "boolean" };
}

function isList({ type }: FieldForm): boolean {
  return type === "texts" || type === "items";
}

function named(value: Value): string {
  if (value.kind === "literal") return printConstant(value.value);
  return value.kind === "field" ? value.name : `${value.name}(...)`;
}
