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
  readonly finishReasons: readonly string[];
  readonly usage: TokenUsage;
  /** What went in, the history included, oldest first. */
  readonly input: readonly Message[];
  readonly output: readonly Message[];
  readonly systemInstructions: string;
  readonly toolName: string;
  readonly toolCallId: string;
  readonly toolArguments: string;
  readonly toolResult: string;
  readonly query: string;
  readonly documents: readonly string[];
  readonly marks: Marks;
  readonly errorType: string;
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

const noMarks: Marks = { session: "", user: "", agent: "", promptName: "", promptVersion: "" };

/** A reading that says nothing: what a dialect fills in. */
export const emptyReading: SpanReading = {
  dialects: [],
  kind: "none",
  operation: "",
  provider: "",
  requestModel: "",
  responseModel: "",
  responseId: "",
  finishReasons: [],
  usage: noUsage,
  input: [],
  output: [],
  systemInstructions: "",
  toolName: "",
  toolCallId: "",
  toolArguments: "",
  toolResult: "",
  query: "",
  documents: [],
  marks: noMarks,
  errorType: "",
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
    finishReasons: firstFilled(first.finishReasons, second.finishReasons),
    usage: mergeUsage(first.usage, second.usage),
    input: firstFilled(first.input, second.input),
    output: firstFilled(first.output, second.output),
    systemInstructions: first.systemInstructions || second.systemInstructions,
    toolName: first.toolName || second.toolName,
    toolCallId: first.toolCallId || second.toolCallId,
    toolArguments: first.toolArguments || second.toolArguments,
    toolResult: first.toolResult || second.toolResult,
    query: first.query || second.query,
    documents: firstFilled(first.documents, second.documents),
    marks: mergeMarks(first.marks, second.marks),
    errorType: first.errorType || second.errorType,
    notes: [...first.notes, ...second.notes],
  };
}

function firstFilled<Item>(first: readonly Item[], second: readonly Item[]): readonly Item[] {
  return first.length > 0 ? first : second;
}

/** Counts of two sources are not mixed: sources count differently (with or without cached tokens). */
function mergeUsage(first: TokenUsage, second: TokenUsage): TokenUsage {
  return first.input === undefined && first.output === undefined ? second : first;
}

function mergeMarks(first: Marks, second: Marks): Marks {
  return {
    session: first.session || second.session,
    user: first.user || second.user,
    agent: first.agent || second.agent,
    promptName: first.promptName || second.promptName,
    promptVersion: first.promptVersion || second.promptVersion,
  };
}
