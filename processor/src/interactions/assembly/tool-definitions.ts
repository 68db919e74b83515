import type { ToolDefinition } from "../reading.js";
import type { Calls } from "./leaf-calls.js";

/**
 * The tools that the models of an interaction were offered as a JSON array, each definition once;
 * empty when nothing is said of them. Descriptions are left out where the text would be longer than
 * `limit` characters; where it still is, it says `cut` and how long it would be.
 */
export function toolDefinitionsText(calls: Calls, limit: number): string {
  const tools = distinct(
    [...calls.generations, ...calls.wrappers].flatMap(({ reading }) => reading.tools),
  );
  if (tools.length === 0) return "";
  const whole = JSON.stringify(tools).replace(/\p{Surrogate}/gu, "\uFFFD");
  if (whole.length <= limit) return whole;
  const bare = JSON.stringify(tools.map(({ description: _long, ...rest }) => rest));
  return bare.length <= limit ? bare : `cut: ${bare.length} characters`;
}

/** A name alone says nothing where the same tool is defined. */
function distinct(tools: readonly ToolDefinition[]): ToolDefinition[] {
  const seen = new Map<string, ToolDefinition>();
  for (const tool of tools) {
    const key = JSON.stringify([tool.name, tool.parameters]);
    if (!seen.has(key)) seen.set(key, tool);
  }
  const defined = new Set(
    [...seen.values()].flatMap(({ name, parameters }) => (parameters === undefined ? [] : [name])),
  );
  return [...seen.values()].filter(
    ({ name, parameters }) => parameters !== undefined || !defined.has(name),
  );
}
