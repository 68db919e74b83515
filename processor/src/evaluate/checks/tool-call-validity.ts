import type { PendingInteraction, ToolUse } from "../../model/ports.js";
import { plainCheck } from "./check-kind.js";
import { compileShortLived, type JsonSchema, type Validate } from "./json-schema.js";
import { excerpt, isCut } from "./texts.js";
import { safeSchema } from "./tool-schema.js";

/** Tools of an application are few, and the same in every interaction. */
const mostSets = 200;
/** Characters of the definitions of one interaction that are read. */
const longestDefinitions = 65_536;
/** Characters of arguments that are held against a schema. */
const longestArguments = 10_000;

/** Schemas of the tools that one interaction used, with the values in them, all together. */
const mostSchemas = 500;
/** What compiling a schema takes beside what is in it. */
const eachSchema = 10;
/** Schemas times the values that are held against them, and tools times uses. */
const mostWork = 100_000;

interface Tool {
  /** As names are compared. */
  readonly plain: string;
  /** What its schema takes. */
  readonly size: () => number;
  /** Undefined when the tool's schema is not known or cannot be run. */
  readonly validate: () => Validate | undefined;
}

/** What is wrong with one use. */
interface Broken {
  readonly label: "unknown tool" | "not JSON" | "wrong arguments";
  readonly explanation: string;
}

/** The model called tools that it was offered, with arguments that fit their schemas. */
export const toolCallValidity = plainCheck(
  {
    name: "tool-call-validity",
    revision: "2",
    inapplicable: ({ tool_uses, tool_definitions: definitions }) => {
      if (tool_uses.length === 0) return "no tool was used";
      if (definitions === "") return "no tool definitions";
      if (definitions.startsWith("cut:") || definitions.length > longestDefinitions) {
        return "the tool definitions are too long";
      }
      const tools = toolsOf(definitions);
      if (tools.length === 0) return "no tool definitions";
      return isTooMuch(tool_uses, tools) ? "the schemas of the tools are too large" : undefined;
    },
    judge: ({ tool_uses, tool_definitions }: PendingInteraction) => {
      const tools = toolsOf(tool_definitions);
      const broken = tool_uses.flatMap((use) => brokenIn(use, tools) ?? []);
      const [first] = broken;
      if (first === undefined) return { score: 1, label: "valid", explanation: "" };
      const more = broken.length > 1 ? ` (and ${broken.length - 1} more)` : "";
      return {
        score: 1 - broken.length / tool_uses.length,
        label: first.label,
        explanation: `${first.explanation}${more}`,
      };
    },
  },
  true,
);

/** Whether checking takes long; the schemas come with the telemetry. */
function isTooMuch(uses: readonly ToolUse[], tools: readonly Tool[]): boolean {
  const used = new Set<Tool>();
  let schemas = 0;
  let work = uses.length * tools.length;
  if (work > mostWork) return true;
  for (const use of uses) {
    const values = use.arguments.split(/[,:]/).length;
    for (const tool of candidatesOf(use, tools)) {
      if (!used.has(tool)) schemas += tool.size();
      used.add(tool);
      work += tool.size() * values;
      if (schemas > mostSchemas || work > mostWork) return true;
    }
  }
  return false;
}

function candidatesOf({ name }: ToolUse, tools: readonly Tool[]): readonly Tool[] {
  const used = plain(name);
  return tools.filter((tool) => isNamed(tool.plain, used));
}

function brokenIn(use: ToolUse, tools: readonly Tool[]): Broken | undefined {
  const name = excerpt(use.name);
  const candidates = candidatesOf(use, tools);
  if (candidates.length === 0) {
    // What ran is known to the application: functions are often named otherwise than their tools.
    if (use.duration_ms !== 0) return undefined;
    return { label: "unknown tool", explanation: `"${name}" is none of the tools on offer.` };
  }
  const text = use.arguments.trim();
  // Spans of functions hold what the function was called with, in the words of its language.
  if (!text.startsWith("{") || /^\{\s*'/.test(text)) return undefined;
  if (isCut(text) || text.length > longestArguments) return undefined;
  const value = parsed(text);
  if (value === undefined) {
    return { label: "not JSON", explanation: `"${name}": the arguments are not JSON.` };
  }
  const faults = candidates.map(({ validate }) => validate()?.(value));
  if (faults.includes(undefined)) return undefined;
  return { label: "wrong arguments", explanation: `"${name}": ${faults[0] ?? ""}.` };
}

/** Frameworks put the names of agents, servers and operations before those of tools. */
function isNamed(defined: string, used: string): boolean {
  return defined.endsWith(used) || used.endsWith(defined);
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const known = new Map<string, readonly Tool[]>();

/** Read once for each text, and compiled when a tool is used; the oldest goes first. */
function toolsOf(definitions: string): readonly Tool[] {
  const found = known.get(definitions);
  if (found !== undefined) return found;
  const list: unknown = parsed(definitions);
  const tools = (Array.isArray(list) ? (list as readonly Partial<Definition>[]) : []).flatMap(
    (item): Tool[] => {
      const { name, parameters } = item ?? {};
      if (typeof name !== "string" || plain(name) === "") return [];
      return [toolOf(plain(name), parameters)];
    },
  );
  const [oldest] = known.keys();
  if (known.size >= mostSets && oldest !== undefined) known.delete(oldest);
  known.set(definitions, tools);
  return tools;
}

interface Definition {
  readonly name: unknown;
  readonly parameters: JsonSchema;
}

function toolOf(name: string, parameters: JsonSchema | undefined): Tool {
  const safe = once(() => parameters && safeSchema(parameters, mostSchemas));
  return {
    plain: name,
    size: () => eachSchema + (safe()?.size ?? 0),
    validate: once(() => validatorOf(safe()?.schema)),
  };
}

function validatorOf(schema: JsonSchema | undefined): Validate | undefined {
  if (schema === undefined) return undefined;
  try {
    return compileShortLived(schema);
  } catch {
    return undefined;
  }
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
