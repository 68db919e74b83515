import type { RawSpan } from "../../../model/telemetry.js";
import { emptyReading, noMarks, type SpanReading } from "../../reading.js";
import { field, numberField, parseJson, textOf } from "../attribute-values.js";
import type { Dialect } from "../dialect.js";
import { messagesOf, readMessages } from "../messages.js";
import { toolsOf } from "../tool-definitions.js";

const names = {
  request: ["gcp.vertex.agent.llm_request"],
  response: ["gcp.vertex.agent.llm_response"],
  session: ["gcp.vertex.agent.session_id"],
  user: ["gcp.vertex.agent.user_id"],
  toolArguments: ["gcp.vertex.agent.tool_call_args"],
  toolResult: ["gcp.vertex.agent.tool_response"],
} as const;

/** Google's Agent Development Kit: whole requests and answers of Gemini as JSON text. */
export const dialect: Dialect = {
  name: "google-adk",
  scope: "library",
  recognises: ({ attributes }) =>
    attributes.has(names.request[0]) || attributes.has(names.session[0]),
  read,
};

function read({ attributes: own }: RawSpan): SpanReading {
  const toolArguments = textOf(own, names.toolArguments);
  const marks = { ...noMarks, session: textOf(own, names.session), user: textOf(own, names.user) };
  if (toolArguments !== "") {
    const toolResult = textOf(own, names.toolResult);
    return {
      ...emptyReading,
      kind: "tool",
      operation: "execute_tool",
      marks,
      toolArguments,
      toolResult,
    };
  }
  const request = parseJson(textOf(own, names.request));
  if (field(request, "contents") === undefined) return { ...emptyReading, marks };
  const answer = parseJson(textOf(own, names.response));
  const usage = field(answer, "usageMetadata") ?? field(answer, "usage_metadata");
  const thoughts = numberField(usage, "thoughtsTokenCount", "thoughts_token_count");
  const candidates = numberField(usage, "candidatesTokenCount", "candidates_token_count");
  return {
    ...emptyReading,
    kind: "generation",
    operation: "generate_content",
    marks,
    input: messagesOf(request, "user"),
    output: messagesOf(field(answer, "content"), "assistant"),
    systemInstructions: systemOf(field(request, "config")),
    tools: toolsOf(field(field(request, "config"), "tools")),
    usage: {
      input: numberField(usage, "promptTokenCount", "prompt_token_count"),
      // Gemini counts what it thought apart from the answer.
      output: candidates === undefined ? undefined : candidates + (thoughts ?? 0),
      cacheRead: numberField(usage, "cachedContentTokenCount", "cached_content_token_count"),
      cacheWrite: undefined,
      reasoning: thoughts,
    },
  };
}

function systemOf(config: unknown): string {
  const system = field(config, "systemInstruction") ?? field(config, "system_instruction");
  if (typeof system === "string") return system;
  const text = system === undefined ? "" : JSON.stringify(system);
  return readMessages(text, "system")
    .messages.flatMap(({ parts }) => parts.map((part) => (part.kind === "text" ? part.text : "")))
    .join("\n");
}
