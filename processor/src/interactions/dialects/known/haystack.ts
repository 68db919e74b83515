import type { RawSpan } from "../../../model/telemetry.js";
import { emptyReading, type SpanReading } from "../../reading.js";
import { asText, field, numberField, parseJson, textField, textOf } from "../attribute-values.js";
import type { Dialect } from "../dialect.js";
import { documentsOf } from "../documents.js";
import { messagesOf, readMessages } from "../messages.js";
import { operations } from "../operations.js";
import { toolsOf, toolsOfText } from "../tool-definitions.js";

const names = {
  componentType: ["haystack.component.type"],
  componentInput: ["haystack.component.input"],
  componentOutput: ["haystack.component.output"],
  callInput: ["haystack.agent.step.llm.input"],
  callOutput: ["haystack.agent.step.llm.output"],
  toolName: ["haystack.tool.name"],
  toolInput: ["haystack.agent.step.tool.input"],
  toolOutput: ["haystack.agent.step.tool.output"],
  agentInput: ["haystack.agent.input"],
  agentOutput: ["haystack.agent.output"],
  agentTools: ["haystack.agent.tools"],
  pipelineInput: ["haystack.pipeline.input_data"],
} as const;

/** What a pipeline's components call the words of the user. */
const questionFields = ["question", "query", "prompt", "text", "messages"];

/** Haystack's own tracing: inputs and outputs of components as JSON text, kinds by class names. */
export const dialect: Dialect = {
  name: "haystack",
  scope: "library",
  recognises: ({ name }) => name.startsWith("haystack."),
  read,
};

type Attributes = ReadonlyMap<string, string>;

function read({ attributes: own, name }: RawSpan): SpanReading {
  const type = textOf(own, names.componentType);
  if (name === "haystack.agent.step.llm") {
    return callOf(textOf(own, names.callInput), textOf(own, names.callOutput));
  }
  if (name === "haystack.agent.step.tool") return toolOf(own);
  if (name === "haystack.agent.run") return agentOf(own);
  if (name === "haystack.pipeline.run") return pipelineOf(own);
  if (type.endsWith("Generator")) {
    return callOf(textOf(own, names.componentInput), textOf(own, names.componentOutput));
  }
  if (type.endsWith("Retriever")) {
    return {
      ...emptyReading,
      ...operations.retrieval,
      query: textField(parseJson(textOf(own, names.componentInput)), "query"),
      documents: documentsOf(textOf(own, names.componentOutput)),
    };
  }
  return emptyReading;
}

/** `{messages}` or `{prompt}` went in; `{replies: [{content, meta: {model, usage}}]}` came out. */
function callOf(input: string, output: string): SpanReading {
  const asked = parseJson(input);
  const replies = field(parseJson(output), "replies");
  const [reply] = Array.isArray(replies) ? (replies as unknown[]) : [];
  const meta = field(reply, "meta");
  const finishReason = textField(meta, "finish_reason");
  return {
    ...emptyReading,
    ...operations.chat,
    requestModel: textField(meta, "model"),
    responseModel: textField(meta, "model"),
    finishReasons: finishReason === "" ? [] : [finishReason],
    input: messagesOf(field(asked, "messages") ?? field(asked, "prompt"), "user"),
    output: messagesOf(reply, "assistant"),
    tools: toolsOf(field(asked, "tools")),
    usage: usageOf(field(meta, "usage")),
  };
}

function toolOf(own: Attributes): SpanReading {
  return {
    ...emptyReading,
    ...operations.tool,
    toolName: textOf(own, names.toolName),
    toolArguments: textOf(own, names.toolInput),
    toolResult: textOf(own, names.toolOutput),
  };
}

function agentOf(own: Attributes): SpanReading {
  return {
    ...emptyReading,
    ...operations.agent,
    input: readMessages(textOf(own, names.agentInput), "user").messages,
    output: readMessages(textOf(own, names.agentOutput), "assistant").messages,
    tools: toolsOfText(textOf(own, names.agentTools)),
  };
}

/** `{<component>: {<field>: ...}}`: the first field that speaks for itself. */
function pipelineOf(own: Attributes): SpanReading {
  const inputs = Object.values(parseJson(textOf(own, names.pipelineInput)) ?? {});
  const question = questionFields
    .flatMap((wanted) => inputs.map((input: unknown) => field(input, wanted)))
    .find((found) => found !== undefined && found !== null);
  return {
    ...emptyReading,
    ...operations.chain,
    input: readMessages(asText(question), "user").messages,
  };
}

function usageOf(usage: unknown): SpanReading["usage"] {
  return {
    input: numberField(usage, "prompt_tokens"),
    output: numberField(usage, "completion_tokens"),
    cacheRead: numberField(field(usage, "prompt_tokens_details"), "cached_tokens"),
    cacheWrite: numberField(field(usage, "prompt_tokens_details"), "cache_write_tokens"),
    reasoning: numberField(field(usage, "completion_tokens_details"), "reasoning_tokens"),
  };
}
