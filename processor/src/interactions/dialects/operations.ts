import type { OperationKind } from "../reading.js";

/** What a span is, with the conventions' name for it where they have one. */
export interface Operation {
  readonly kind: OperationKind;
  readonly operation: string;
}

/** The operations that dialects translate their own words into. */
export const operations = {
  chat: { kind: "generation", operation: "chat" },
  embeddings: { kind: "embedding", operation: "embeddings" },
  retrieval: { kind: "retrieval", operation: "retrieval" },
  tool: { kind: "tool", operation: "execute_tool" },
  agent: { kind: "agent", operation: "invoke_agent" },
  workflow: { kind: "agent", operation: "invoke_workflow" },
  /** Glue around other work, which by itself asks nobody anything. */
  chain: { kind: "agent", operation: "chain" },
  none: { kind: "none", operation: "" },
} as const satisfies Readonly<Record<string, Operation>>;
