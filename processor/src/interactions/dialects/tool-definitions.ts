import type { ToolDefinition } from "../reading.js";
import { field, isRecord, parseJson, textField } from "./attribute-values.js";
import type { FlatItem } from "./flattened.js";

/** What libraries call the JSON Schema of a tool's arguments. */
const schemaNames = [
  "parameters",
  "inputSchema",
  "input_schema",
  "parametersJsonSchema",
  "parameters_json_schema",
] as const;

/** What some libraries wrap a definition into, beside `function` of OpenAI's Chat Completions. */
const wrapperNames = ["function", "toolSpec", "data"] as const;

/** JSON text with the tools that a model was offered, in the form of any provider. */
export function toolsOfText(text: string): readonly ToolDefinition[] {
  return text === "" ? [] : toolsOf(parseJson(text));
}

/** The same as a value: a list of definitions, of their names, or of lists of them. */
export function toolsOf(value: unknown): readonly ToolDefinition[] {
  return Array.isArray(value) ? value.flatMap((item: unknown) => toolsOfItem(item)) : [];
}

/** Older traceloop: one attribute for each part of a definition. */
export function toolsOfFlat(items: readonly FlatItem[]): readonly ToolDefinition[] {
  return items.flatMap((item) => {
    const parameters = parseJson(item.get("parameters") ?? item.get("arguments") ?? "");
    return definition(item.get("name") ?? "", item.get("description") ?? "", parameters);
  });
}

function toolsOfItem(item: unknown): readonly ToolDefinition[] {
  if (typeof item === "string") {
    const value = parseJson(item);
    return value === undefined ? definition(item, "", undefined) : toolsOfItem(value);
  }
  const declarations = field(item, "functionDeclarations") ?? field(item, "function_declarations");
  if (Array.isArray(declarations)) {
    return declarations.flatMap((one: unknown) => toolsOfItem(one)).map(withPlainTypes);
  }
  const inner = wrapperNames.map((name) => field(item, name)).find(isRecord) ?? item;
  // A tool of the provider's own, such as a search, has a type and no name.
  const name = textField(inner, "name") || textField(item, "type");
  return definition(name, textField(inner, "description"), schemaOf(inner));
}

function definition(name: string, description: string, parameters: unknown): ToolDefinition[] {
  if (name === "") return [];
  return [
    {
      name,
      ...(description === "" ? {} : { description }),
      ...(isRecord(parameters) ? { parameters } : {}),
    },
  ];
}

function schemaOf(tool: unknown): unknown {
  const found = schemaNames.map((name) => field(tool, name)).find(isRecord);
  // Bedrock has the schema one level deeper.
  return field(found, "json") ?? found;
}

/** Gemini writes types in capitals. */
function withPlainTypes(tool: ToolDefinition): ToolDefinition {
  const { parameters } = tool;
  if (parameters === undefined) return tool;
  const plain = JSON.parse(JSON.stringify(parameters), (name, value: unknown) =>
    name === "type" && typeof value === "string" ? value.toLowerCase() : value,
  ) as Readonly<Record<string, unknown>>;
  return { ...tool, parameters: plain };
}
