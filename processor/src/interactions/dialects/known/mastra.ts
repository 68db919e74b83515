import type { RawSpan } from "../../../model/telemetry.js";
import { emptyReading, noMarks, type SpanReading } from "../../reading.js";
import { field, isRecord, parseJson, textField, textOf } from "../attribute-values.js";
import type { Dialect } from "../dialect.js";
import { toolCallOf } from "../message-parts.js";
import { readMessages } from "../messages.js";
import { type Operation, operations } from "../operations.js";

const spanType = "mastra.span.type";

/**
 * A step is the call of a model with what went in, and the span of the call inside it has what came
 * out: both are read as the one call that they are.
 */
const kinds = new Map<string, Operation>([
  ["agent_run", operations.agent],
  ["workflow_run", operations.workflow],
  ["workflow_step", operations.chain],
  ["model_generation", operations.chain],
  ["llm_generation", operations.chat],
  ["model_step", operations.chat],
  ["model_inference", operations.chat],
  ["tool_call", operations.tool],
  ["mcp_tool_call", operations.tool],
]);

const names = {
  session: [
    "mastra.metadata.sessionId",
    "mastra.metadata.threadId",
    "mastra.metadata.conversationId",
  ],
  user: ["mastra.metadata.userId", "mastra.metadata.resourceId"],
  environment: ["mastra.metadata.environment"],
  toolName: ["gen_ai.tool.name"],
} as const;

/** Mastra's exporter: the conventions, and content of wrappers in `mastra.<type>.input` and `.output`. */
export const dialect: Dialect = {
  name: "mastra",
  scope: "library",
  recognises: ({ attributes }) => attributes.has(spanType),
  read,
};

function read({ attributes: own }: RawSpan): SpanReading {
  const type = own.get(spanType) ?? "";
  const { kind, operation } = kinds.get(type) ?? { kind: "none" as const, operation: type };
  const reading = {
    ...emptyReading,
    kind,
    operation,
    marks: {
      ...noMarks,
      session: textOf(own, names.session),
      user: textOf(own, names.user),
      environment: textOf(own, names.environment),
    },
  };
  const input = textOf(own, [`mastra.${type}.input`]);
  const output = textOf(own, [`mastra.${type}.output`]);
  if (kind === "none") return reading;
  if (kind === "tool") {
    const toolName = textOf(own, names.toolName);
    return { ...reading, toolName, toolArguments: input, toolResult: output };
  }
  return { ...reading, input: readMessages(input, "user").messages, output: answerOf(output) };
}

/** `{text, toolCalls, reasoning, ...}`. */
function answerOf(text: string): SpanReading["output"] {
  const value = parseJson(text);
  if (!isRecord(value)) return readMessages(text, "assistant").messages;
  const calls = field(value, "toolCalls");
  const said = textField(value, "text");
  const parts = [
    ...(said === "" ? [] : [{ kind: "text" as const, text: said }]),
    ...(Array.isArray(calls) ? calls.map((call: unknown) => toolCallOf(call)) : []),
  ];
  return parts.length === 0 ? [] : [{ role: "assistant", parts }];
}
