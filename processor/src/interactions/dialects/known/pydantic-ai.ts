import type { RawSpan } from "../../../model/telemetry.js";
import {
  emptyReading,
  noMarks,
  type Message,
  type OperationKind,
  type SpanReading,
} from "../../reading.js";
import { countOf, field, parseJson, textField, textOf } from "../attribute-values.js";
import type { Dialect } from "../dialect.js";
import { messagesOf, normaliseRole, readMessages } from "../messages.js";
import { toolsOf } from "../tool-definitions.js";

const names = {
  events: ["events"],
  allEvents: ["all_messages_events"],
  allMessages: ["pydantic_ai.all_messages", "all_messages"],
  input: ["input"],
  output: ["output"],
  request: ["model_request_parameters"],
  finalResult: ["final_result"],
  agentName: ["agent_name", "gen_ai.agent.name"],
  model: ["gen_ai.request.model", "model_name"],
  toolName: ["gen_ai.tool.name", "name"],
  toolArguments: ["tool_arguments", "gen_ai.tool.call.arguments", "input"],
  toolResult: ["tool_response", "gen_ai.tool.call.result", "output"],
  metadata: ["metadata", "logfire.metadata"],
  inputTokens: ["gen_ai.usage.input_tokens", "gen_ai.aggregated_usage.input_tokens"],
  outputTokens: ["gen_ai.usage.output_tokens", "gen_ai.aggregated_usage.output_tokens"],
  cacheRead: ["gen_ai.usage.details.cache_read_tokens", "gen_ai.usage.details.cached_tokens"],
  cacheWrite: ["gen_ai.usage.details.cache_write_tokens"],
  reasoning: ["gen_ai.usage.details.reasoning_tokens"],
} as const;

/**
 * Pydantic AI and Logfire: the conventions, in the older versions with the messages as one list of
 * events in the attribute `events`.
 */
export const dialect: Dialect = {
  name: "pydantic-ai",
  scope: "library",
  recognises: ({ scopeName }) => /^(pydantic-ai|pydantic_ai|logfire)\b/.test(scopeName),
  read,
};

type Attributes = ReadonlyMap<string, string>;

function read(span: RawSpan): SpanReading {
  const own = span.attributes;
  const kind = kindOf(span);
  const metadata = parseJson(textOf(own, names.metadata));
  const reading: SpanReading = {
    ...emptyReading,
    kind,
    marks: {
      ...noMarks,
      session: scrubbed(
        textField(metadata, "session_id", "sessionId", "conversation_id", "thread_id"),
      ),
      user: textField(metadata, "user_id", "userId"),
    },
  };
  if (kind === "tool") {
    return {
      ...reading,
      operation: "execute_tool",
      toolName: textOf(own, names.toolName),
      toolArguments: textOf(own, names.toolArguments),
      toolResult: textOf(own, names.toolResult),
    };
  }
  if (kind === "none") return reading;
  const { input, output } = conversationOf(own);
  const usage = usageOf(own);
  if (kind === "generation") {
    return { ...reading, operation: "chat", input, output, usage, tools: offeredTools(own) };
  }
  const result = textOf(own, names.finalResult);
  return {
    ...reading,
    operation: "invoke_agent",
    requestModel: textOf(own, names.model),
    marks: { ...reading.marks, agent: textOf(own, names.agentName) },
    input,
    output: result === "" ? output : readMessages(result, "assistant").messages,
    usage,
  };
}

/** Answers that have a form are given by tools of their own. */
function offeredTools(own: Attributes): SpanReading["tools"] {
  const request = parseJson(textOf(own, names.request));
  return ["function_tools", "output_tools"].flatMap((name) => toolsOf(field(request, name)));
}

/** Logfire takes out what it holds for a secret, and a session's name is among it. */
function scrubbed(text: string): string {
  return text.startsWith("[Scrubbed due to") ? "" : text;
}

function kindOf({ name, attributes }: RawSpan): OperationKind {
  if (attributes.has("tool_arguments") || attributes.has("mcp_data")) return "tool";
  if (/^(agent run|invoke_agent)\b/i.test(name)) return "agent";
  const isCall = textOf(attributes, ["gen_ai.operation.name"]) === "chat";
  return isCall || name.startsWith("Chat completion") ? "generation" : "none";
}

/** All messages in one list: the last ones, from the assistant, are the answer. */
function conversationOf(own: Attributes): Pick<SpanReading, "input" | "output"> {
  const all = [
    ...eventsOf(textOf(own, [...names.events, ...names.allEvents])),
    ...readMessages(textOf(own, names.allMessages), "user").messages,
  ];
  if (all.length === 0) {
    return {
      input: readMessages(textOf(own, names.input), "user").messages,
      output: readMessages(textOf(own, names.output), "assistant").messages,
    };
  }
  const end = all.findLastIndex(({ role }) => role !== "assistant") + 1;
  return { input: all.slice(0, end), output: all.slice(end) };
}

function eventsOf(text: string): Message[] {
  const events = parseJson(text);
  if (!Array.isArray(events)) return [];
  return events.flatMap((event: unknown) => {
    const message = field(event, "message") ?? event;
    const role = textField(message, "role") || textField(event, "role") || "assistant";
    return messagesOf(message, normaliseRole(role));
  });
}

function usageOf(own: Attributes): SpanReading["usage"] {
  return {
    input: countOf(own, names.inputTokens),
    output: countOf(own, names.outputTokens),
    cacheRead: countOf(own, names.cacheRead),
    cacheWrite: countOf(own, names.cacheWrite),
    reasoning: countOf(own, names.reasoning),
  };
}
