/** What a span is within a GenAI application. `agent` stands for every wrapper around other work. */
export type OperationKind = "generation" | "agent" | "tool" | "retrieval" | "embedding" | "none";

export type MessagePart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "reasoning"; readonly text: string }
  | {
      readonly kind: "tool_call";
      readonly id: string;
      readonly name: string;
      /** JSON text, or whatever the model wrote instead. */
      readonly arguments: string;
    }
  | { readonly kind: "tool_call_response"; readonly id: string; readonly result: string }
  /** An image, a file or anything else: said in words, its bytes never kept. */
  | { readonly kind: "other"; readonly description: string };

export interface Message {
  /** `system`, `user`, `assistant`, `tool`, or as sent. */
  readonly role: string;
  readonly parts: readonly MessagePart[];
}

/** A tool that a model was offered. */
export interface ToolDefinition {
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of its arguments; undefined when only the name is known. */
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/** Undefined means that the source does not say; a 0 is a count. */
export interface TokenUsage {
  /** Cached tokens included. */
  readonly input: number | undefined;
  readonly output: number | undefined;
  readonly cacheRead: number | undefined;
  readonly cacheWrite: number | undefined;
  /** Part of the output tokens. */
  readonly reasoning: number | undefined;
}

/** What can be known about the people and the place of an interaction. */
export interface Marks {
  readonly session: string;
  readonly user: string;
  readonly agent: string;
  readonly feature: string;
  readonly environment: string;
  readonly release: string;
  readonly promptName: string;
  readonly promptVersion: string;
}

/** One span in the normalised words that assembly works with. An empty text means "not said". */
export interface SpanReading {
  /** The dialects that it was read with. */
  readonly dialects: readonly string[];
  readonly kind: OperationKind;
  readonly operation: string;
  readonly provider: string;
  readonly requestModel: string;
  readonly responseModel: string;
  readonly responseId: string;
  /** Of the provider, such as `batch`; list prices are for the standard one. */
  readonly serviceTier: string;
  readonly finishReasons: readonly string[];
  readonly usage: TokenUsage;
  /** What went in, the history included, oldest first. */
  readonly input: readonly Message[];
  readonly output: readonly Message[];
  readonly systemInstructions: string;
  /** What the model was offered. */
  readonly tools: readonly ToolDefinition[];
  readonly toolName: string;
  readonly toolCallId: string;
  readonly toolArguments: string;
  readonly toolResult: string;
  readonly query: string;
  readonly documents: readonly string[];
  readonly marks: Marks;
  /** Not empty when the operation failed. */
  readonly errorType: string;
  /** US dollars, where the source says it. */
  readonly reportedCost: number | undefined;
  /** What could not be read as it should have been; for the log, never for a row. */
  readonly notes: readonly string[];
}

const noUsage: TokenUsage = {
  input: undefined,
  output: undefined,
  cacheRead: undefined,
  cacheWrite: undefined,
  reasoning: undefined,
};

/** Marks of which nothing is known. */
export const noMarks: Marks = {
  session: "",
  user: "",
  agent: "",
  feature: "",
  environment: "",
  release: "",
  promptName: "",
  promptVersion: "",
};

/** A reading that says nothing: what a dialect fills in. */
export const emptyReading: SpanReading = {
  dialects: [],
  kind: "none",
  operation: "",
  provider: "",
  requestModel: "",
  responseModel: "",
  responseId: "",
  serviceTier: "",
  finishReasons: [],
  usage: noUsage,
  input: [],
  output: [],
  systemInstructions: "",
  tools: [],
  toolName: "",
  toolCallId: "",
  toolArguments: "",
  toolResult: "",
  query: "",
  documents: [],
  marks: noMarks,
  errorType: "",
  reportedCost: undefined,
  notes: [],
};

/** Two readings of the same call: the first one's word counts, the second fills its gaps. */
export function mergeReadings(first: SpanReading, second: SpanReading): SpanReading {
  return {
    dialects: [...new Set([...first.dialects, ...second.dialects])],
    kind: first.kind === "none" ? second.kind : first.kind,
    operation: first.operation || second.operation,
    provider: first.provider || second.provider,
    requestModel: first.requestModel || second.requestModel,
    responseModel: first.responseModel || second.responseModel,
    responseId: first.responseId || second.responseId,
    serviceTier: first.serviceTier || second.serviceTier,
    finishReasons: firstFilled(first.finishReasons, second.finishReasons),
    usage: mergeUsage(first.usage, second.usage),
    input: firstFilled(first.input, second.input),
    output: firstFilled(first.output, second.output),
    systemInstructions: first.systemInstructions || second.systemInstructions,
    tools: firstDefined(first.tools, second.tools),
    toolName: first.toolName || second.toolName,
    toolCallId: first.toolCallId || second.toolCallId,
    toolArguments: first.toolArguments || second.toolArguments,
    toolResult: first.toolResult || second.toolResult,
    query: first.query || second.query,
    documents: firstFilled(first.documents, second.documents),
    marks: mergeMarks(first.marks, second.marks),
    errorType: first.errorType || second.errorType,
    reportedCost: first.reportedCost ?? second.reportedCost,
    notes: [...first.notes, ...second.notes],
  };
}

function firstFilled<Item>(first: readonly Item[], second: readonly Item[]): readonly Item[] {
  return first.length > 0 ? first : second;
}

/** Names alone say less than definitions. */
function firstDefined(
  first: readonly ToolDefinition[],
  second: readonly ToolDefinition[],
): readonly ToolDefinition[] {
  const isDefined = first.some(({ parameters }) => parameters !== undefined);
  return isDefined || second.length === 0 ? first : second;
}

/**
 * Totals of two sources are not mixed: sources count differently (with or without cached tokens).
 * What a source does not say of its parts the other may say.
 */
function mergeUsage(first: TokenUsage, second: TokenUsage): TokenUsage {
  const saysNothing = first.input === undefined && first.output === undefined;
  const [chosen, other] = saysNothing ? [second, first] : [first, second];
  return {
    input: chosen.input,
    output: chosen.output,
    cacheRead: chosen.cacheRead ?? other.cacheRead,
    cacheWrite: chosen.cacheWrite ?? other.cacheWrite,
    reasoning: chosen.reasoning ?? other.reasoning,
  };
}

function mergeMarks(first: Marks, second: Marks): Marks {
  return {
    session: first.session || second.session,
    user: first.user || second.user,
    agent: first.agent || second.agent,
    feature: first.feature || second.feature,
    environment: first.environment || second.environment,
    release: first.release || second.release,
    promptName: first.promptName || second.promptName,
    promptVersion: first.promptVersion || second.promptVersion,
  };
}
