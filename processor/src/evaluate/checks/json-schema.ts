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
  const ajv = new Ajv2020({
    strict: false,
    validateFormats: false,
    logger: false,
    code: { regExp: Object.assign(linearPattern, { code: "linearPattern" }) },
  });
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
