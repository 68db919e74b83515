import type { RawSpan } from "../../../model/telemetry.js";
import { emptyReading, noMarks, type OperationKind, type SpanReading } from "../../reading.js";
import { parseJson, textOf } from "../attribute-values.js";
import type { Dialect } from "../dialect.js";
import { toolResultText } from "../function-calls.js";
import { wrapperMessages } from "../wrapper-content.js";

const names = {
  path: ["lmnr.span.path"],
  type: ["lmnr.span.type"],
  input: ["lmnr.span.input"],
  output: ["lmnr.span.output"],
  session: ["lmnr.association.properties.session_id"],
  user: ["lmnr.association.properties.user_id"],
} as const;

/** Laminar: OpenLLMetry's packages, and `lmnr.*` on what its own SDK observes. */
export const dialect: Dialect = {
  name: "laminar",
  scope: "library",
  recognises: ({ attributes }) => attributes.has(names.path[0]),
  read,
};

function read({ attributes: own, name }: RawSpan): SpanReading {
  const input = argumentOf(textOf(own, names.input));
  const output = textOf(own, names.output);
  const kind: OperationKind =
    textOf(own, names.type) === "TOOL" ? "tool" : input + output === "" ? "none" : "agent";
  const marks = {
    ...noMarks,
    session: textOf(own, names.session),
    user: textOf(own, names.user),
  };
  const reading = { ...emptyReading, kind, marks };
  if (kind === "none") return reading;
  if (kind === "tool") {
    const toolResult = toolResultText(output);
    return {
      ...reading,
      operation: "execute_tool",
      toolName: name,
      toolArguments: input,
      toolResult,
    };
  }
  return { ...reading, operation: "invoke_workflow", ...wrapperMessages(input, output) };
}

/** Arguments are a list; a single object stands by itself. */
function argumentOf(text: string): string {
  const value = parseJson(text);
  if (!Array.isArray(value) || value.length !== 1) return text;
  const [only] = value as unknown[];
  return typeof only === "string" ? only : JSON.stringify(only);
}
