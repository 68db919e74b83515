import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import { linearPattern } from "./linear-pattern.js";

/** What does not fit the schema and where, for people; undefined when everything fits. */
export type Validate = (value: unknown) => string | undefined;

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Schemas name the draft that they were written for; what tools and answers use is the same in all. */
const otherDraft = /draft-0[4-7]|2019-09/;

/**
 * JSON Schema of draft 2020-12, with patterns that cannot backtrack. Formats are notes in that
 * draft: they are not checked.
 * @throws Error when the schema is malformed
 */
export function compileSchema(schema: JsonSchema): Validate {
  return compileWith(createAjv(), schema);
}

/** Schemas that one compiler is used for: it keeps something of each. */
const mostUses = 100;
let shared = { ajv: undefined as Ajv2020 | undefined, uses: 0 };

/**
 * The same for schemas without names that come and go: making a compiler takes longer than most of them.
 * @throws Error when the schema is malformed
 */
export function compileShortLived(schema: JsonSchema): Validate {
  if (shared.uses >= mostUses) shared = { ajv: undefined, uses: 0 };
  shared.uses++;
  // Optimizing takes longer than what it saves in a few runs.
  shared.ajv ??= createAjv({ optimize: false });
  return compileWith(shared.ajv, schema);
}

function createAjv(code: { readonly optimize?: boolean } = {}): Ajv2020 {
  return new Ajv2020({
    strict: false,
    validateFormats: false,
    logger: false,
    code: { ...code, regExp: Object.assign(linearPattern, { code: "linearPattern" }) },
  });
}

function compileWith(ajv: Ajv2020, schema: JsonSchema): Validate {
  const { $schema: draft, ...rest } = schema;
  const isOther = typeof draft === "string" && otherDraft.test(draft);
  const validate = ajv.compile(isOther || draft === undefined ? rest : schema);
  return (value) => {
    try {
      return validate(value) ? undefined : faultOf(validate.errors?.[0]);
    } catch (error) {
      if (error instanceof RangeError) return "is nested too deeply";
      throw error;
    }
  };
}

const longestFault = 200;

function faultOf(error: ErrorObject | undefined): string {
  const { instancePath = "", message = "does not fit", params = {} } = error ?? {};
  const extra: unknown = (params as Record<string, unknown>)["additionalProperty"];
  const place = instancePath === "" ? "" : `${instancePath}: `;
  return `${place}${message}${typeof extra === "string" ? ` ("${extra}")` : ""}`.slice(
    0,
    longestFault,
  );
}
