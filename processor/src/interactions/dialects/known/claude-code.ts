import type { RawLog, RawSpan } from "../../../model/telemetry.js";
import { emptyReading, noMarks, type Message, type SpanReading } from "../../reading.js";
import { textOf } from "../attribute-values.js";
import type { Dialect } from "../dialect.js";

const names = {
  prompt: ["user_prompt"],
  event: ["event.name"],
  response: ["response"],
  toolInput: ["tool_input"],
  toolOutput: ["output"],
} as const;

const spanNames = /^claude_code\.(interaction|llm_request|tool)$/;
const prefix = "claude_code.";

/**
 * Claude Code and the Claude Agent SDK: the question on the span of the interaction, the answers in
 * log records beside it, numbers in the conventions' attributes.
 */
export const dialect: Dialect = {
  name: "claude-code",
  scope: "library",
  recognises: (span) => spanNames.test(span.name),
  read,
};

function read(span: RawSpan, logs: readonly RawLog[]): SpanReading {
  switch (span.name) {
    case "claude_code.interaction":
      return {
        ...emptyReading,
        kind: "agent",
        operation: "invoke_agent",
        marks: { ...noMarks, agent: "claude_code" },
        input: said("user", textOf(span.attributes, names.prompt)),
        output: said("assistant", lastResponse(logs)),
      };
    case "claude_code.tool":
      return {
        ...emptyReading,
        kind: "tool",
        operation: "execute_tool",
        toolArguments: ofEvents(logs, "tool_result", names.toolInput),
        toolResult: textOf(
          span.events.find(({ name }) => name === "tool.output")?.attributes ?? new Map(),
          names.toolOutput,
        ),
      };
    default:
      return { ...emptyReading, kind: "generation", operation: "chat" };
  }
}

/** What comes before a call of a tool is an answer, too: the last one is the user's. */
function lastResponse(logs: readonly RawLog[]): string {
  return ofEvents(logs, "assistant_response", names.response);
}

function ofEvents(logs: readonly RawLog[], event: string, wanted: readonly string[]): string {
  const found = logs.findLast(
    (log) => textOf(log.attributes, names.event) === event || log.body === prefix + event,
  );
  return found === undefined ? "" : textOf(found.attributes, wanted);
}

function said(role: string, text: string): Message[] {
  return text === "" ? [] : [{ role, parts: [{ kind: "text", text }] }];
}
