import { readFileSync } from "node:fs";
import { messageOf } from "../../kernel/errors.js";
import type { Fault } from "../../kernel/faults.js";
import { checkKind } from "./check-kind.js";
import { formatOptions } from "./checks-config.js";
import type { CodeCheck } from "./code-check.js";
import { compileSchema, type JsonSchema } from "./json-schema.js";
import { linearPattern } from "./linear-pattern.js";
import { isCut } from "./texts.js";

interface FormatOptions {
  readonly schema?: string | JsonSchema | undefined;
  readonly pattern?: string | undefined;
  readonly min_length?: number | undefined;
  readonly max_length?: number | undefined;
}

/** One rule: its label and what is wrong with a text, or undefined. */
type Rule = (text: string) => { readonly label: string; readonly explanation: string } | undefined;

/** The answer has the form that other programs expect of it. */
export const format = checkKind({
  name: "format",
  schema: formatOptions,
  faults: (options) => [
    ...faultOf("schema", () => schemaOf(options)),
    ...faultOf("pattern", () => linearPattern(options.pattern ?? "")),
    ...lengthFaults(options),
  ],
  create: (options): CodeCheck => {
    const schema = schemaText(options);
    const rules = rulesOf(options);
    return {
      name: "format",
      revision: "1",
      settings: { ...options, schema },
      inapplicable: ({ output_text: text }) =>
        isCut(text) ? "the answer is not known to its end" : undefined,
      judge: ({ output_text: text }) => {
        for (const rule of rules) {
          const broken = rule(text);
          if (broken !== undefined) return { score: 0, ...broken };
        }
        return { score: 1, label: "valid", explanation: "" };
      },
    };
  },
});

function rulesOf(options: FormatOptions): Rule[] {
  const { pattern, min_length: min = 0, max_length: max = Infinity } = options;
  const rules: Rule[] = [
    (text) => {
      const length = lengthOf(text);
      const explanation = `${length} characters`;
      if (length < min)
        return { label: "too short", explanation: `${explanation}, at least ${min}.` };
      if (length > max)
        return { label: "too long", explanation: `${explanation}, at most ${max}.` };
      return undefined;
    },
  ];
  if (pattern !== undefined) {
    const expression = linearPattern(pattern);
    const explanation = `The answer does not match ${pattern.slice(0, 200)}`;
    rules.push((text) => (expression.test(text) ? undefined : { label: "no match", explanation }));
  }
  const validate = schemaOf(options);
  if (validate !== undefined) {
    rules.push((text) => {
      const { value, fault } = jsonOf(text);
      if (fault !== undefined) return { label: "not JSON", explanation: fault };
      const explanation = validate(value);
      return explanation === undefined ? undefined : { label: "other schema", explanation };
    });
  }
  return rules;
}

/** Characters, a pair of surrogates as one. */
function lengthOf(text: string): number {
  return Array.from(text).length;
}

const fenced =
  /^\s*(?:`{3,}|~{3,})[ \t]*(?:json[5c]?)?[ \t]*\r?\n([^]*?)\r?\n[ \t]*(?:`{3,}|~{3,})\s*$/i;

/** The whole answer, which may stand in one fence of code. */
function jsonOf(text: string): { readonly value?: unknown; readonly fault?: string } {
  try {
    return { value: JSON.parse(fenced.exec(text)?.[1] ?? text) as unknown };
  } catch (error) {
    const place = /position \d+(?: \(line \d+ column \d+\))?/.exec(messageOf(error))?.[0];
    return { fault: `The answer is not JSON${place === undefined ? "" : ` at ${place}`}.` };
  }
}

function schemaOf(options: FormatOptions) {
  const text = schemaText(options);
  if (text === undefined) return undefined;
  const schema: unknown = JSON.parse(text);
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) {
    throw new TypeError("expected an object");
  }
  return compileSchema(schema as JsonSchema);
}

/** The schema itself as text, wherever it stands. */
function schemaText({ schema }: FormatOptions): string | undefined {
  return typeof schema === "string"
    ? readFileSync(schema, "utf8")
    : schema && JSON.stringify(schema);
}

function faultOf(path: string, compile: () => unknown): Fault[] {
  try {
    compile();
    return [];
  } catch (error) {
    return [{ path, message: `is refused: ${messageOf(error)}` }];
  }
}

function lengthFaults({ min_length: min = 0, max_length: max = min }: FormatOptions): Fault[] {
  return min > max ? [{ path: "max_length", message: `is less than min_length (${min})` }] : [];
}
