import type { PendingInteraction } from "../../../model/ports.js";
import { compileCondition } from "./compile-filter.js";
import { checkCondition } from "./filter-checker.js";
import { FilterSyntaxError, type FilterFault } from "./filter-fault.js";
import { parseCondition } from "./filter-parser.js";
import type { Condition } from "./filter-tree.js";
import { printCondition } from "./print-filter.js";

/** An expression over the fields of an interaction, such as `input_tokens > 2000`. */
export interface Filter {
  /** The part that does not hold for the interaction, as an expression; undefined when all does. */
  unmet(interaction: PendingInteraction): string | undefined;
}

/** Characters of an expression. */
const longest = 2_000;
/** Characters of a part in a reason. */
const longestPart = 200;

/** The filter that an expression states, or everything that is wrong with it. Never throws. */
export function readFilter(expression: string): { filter: Filter } | { faults: FilterFault[] } {
  if (expression.length > longest) {
    const message = `the expression has ${expression.length} characters, at most ${longest} are read`;
    return { faults: [{ column: longest + 1, message }] };
  }
  try {
    const condition = parseCondition(expression);
    const faults = checkCondition(condition);
    return faults.length > 0 ? { faults } : { filter: createFilter(condition) };
  } catch (error) {
    if (!(error instanceof FilterSyntaxError)) throw error;
    return { faults: [{ column: error.column, message: error.message }] };
  }
}

function createFilter(condition: Condition): Filter {
  const parts = (condition.kind === "and" ? condition.parts : [condition]).map((part) => ({
    holds: compileCondition(part),
    printed: printCondition(part).slice(0, longestPart),
  }));
  return {
    unmet: (interaction) => parts.find(({ holds }) => !holds(interaction))?.printed,
  };
}
