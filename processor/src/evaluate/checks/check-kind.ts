import type { Fault } from "../../kernel/faults.js";
import { noOptions } from "./checks-config.js";
import type { CheckKind, CheckTools, CodeCheck } from "./code-check.js";

/** The part of a schema that is needed here. */
interface Schema<Options> {
  safeParse(value: unknown):
    | { readonly success: true; readonly data: Options }
    | {
        readonly success: false;
        readonly error: {
          readonly issues: readonly {
            readonly path: readonly PropertyKey[];
            readonly message: string;
          }[];
        };
      };
}

interface KindParts<Options> {
  readonly name: string;
  readonly standard?: boolean;
  readonly schema: Schema<Options>;
  /** What the schema cannot see. */
  readonly faults?: (options: Options) => readonly Fault[];
  readonly create: (options: Options, tools: CheckTools) => CodeCheck;
}

/** A check with options. */
export function checkKind<Options>(parts: KindParts<Options>): CheckKind {
  const { name, standard = false, schema, create } = parts;
  return {
    name,
    standard,
    faults: (given) => {
      const parsed = schema.safeParse(given);
      if (parsed.success) return parts.faults?.(parsed.data) ?? [];
      return parsed.error.issues.map(({ path, message }) => ({
        path: path.map(String).join("."),
        message,
      }));
    },
    create: (given, tools) => {
      const parsed = schema.safeParse(given);
      if (!parsed.success) throw new TypeError(`the options of ${name} have faults`);
      return create(parsed.data, tools);
    },
  };
}

/** A check that has none. */
export function plainCheck(check: CodeCheck, standard: boolean): CheckKind {
  return checkKind({ name: check.name, standard, schema: noOptions, create: () => check });
}
