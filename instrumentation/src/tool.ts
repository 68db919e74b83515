import { genAi } from "./attributes.js";
import { contentCaptureFromEnvironment } from "./content-capture.js";
import { runInSpan } from "./run-in-span.js";

/**
 * Runs a tool that a model asked for. Gives back exactly what `work` returns or throws.
 * @param callId the id of the model's tool call
 */
export function withTool<T>(name: string, args: unknown, work: () => T, callId?: string): T {
  const content = contentCaptureFromEnvironment();
  return runInSpan({
    name: `execute_tool ${name}`,
    attributes: {
      [genAi.operationName]: "execute_tool",
      [genAi.toolName]: name,
      [genAi.toolType]: "function",
      [genAi.toolCallId]: callId,
      [genAi.toolCallArguments]: content ? jsonOf(args) : undefined,
    },
    work,
    onValue: (span, value) => {
      if (content) span.setAttributes({ [genAi.toolCallResult]: jsonOf(value) });
    },
  });
}

/** One document that a search found. */
export interface RetrievedDocument {
  readonly id?: string;
  readonly content?: string;
  readonly score?: number;
}

/** Runs a search for documents. Gives back exactly what `search` returns or throws. */
export function withRetrieval<
  T extends readonly RetrievedDocument[] | Promise<readonly RetrievedDocument[]>,
>(query: string, search: () => T): T {
  const content = contentCaptureFromEnvironment();
  return runInSpan({
    name: "retrieval",
    attributes: {
      [genAi.operationName]: "retrieval",
      [genAi.retrievalQuery]: content ? query : undefined,
    },
    work: search,
    onValue: (span, value) => {
      if (content) span.setAttributes({ [genAi.retrievalDocuments]: jsonOf(value) });
    },
  });
}

/** JSON text; undefined for what JSON cannot say, such as a function or a circle. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
