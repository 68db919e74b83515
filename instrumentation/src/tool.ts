import { genAi } from "./attributes.js";
import type { RetrievedDocument } from "./call-content.js";
import { runInSpan } from "./run-in-span.js";

/**
 * Runs a tool that a model asked for. Gives back exactly what `work` returns or throws.
 * @param callId the id of the model's tool call
 */
export function withTool<T>(name: string, args: unknown, work: () => T, callId?: string): T {
  return runInSpan({
    name: `execute_tool ${name}`,
    attributes: {
      [genAi.operationName]: "execute_tool",
      [genAi.toolName]: name,
      [genAi.toolType]: "function",
      [genAi.toolCallId]: callId,
    },
    given: { toolArguments: args },
    work,
    found: (value) => ({ toolResult: value }),
  });
}

/** Runs a search for documents. Gives back exactly what `search` returns or throws. */
export function withRetrieval<
  T extends readonly RetrievedDocument[] | Promise<readonly RetrievedDocument[]>,
>(query: string, search: () => T): T {
  return runInSpan({
    name: "retrieval",
    attributes: { [genAi.operationName]: "retrieval" },
    given: { retrievalQuery: query },
    work: search,
    found: (value) => ({ retrievedDocuments: value as readonly RetrievedDocument[] }),
  });
}
