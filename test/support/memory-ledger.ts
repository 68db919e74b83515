import type { Evaluation } from "#processor/model/evaluation.js";
import type {
  ConversationQueue,
  CursorStore,
  EvaluationLedger,
  PendingInteraction,
} from "#processor/model/ports.js";

export interface QueuedInteraction {
  readonly interaction: PendingInteraction;
  readonly revisedAt: number;
}

/** A ledger that keeps everything in memory, with the faults that a store has. */
export interface MemoryLedger extends EvaluationLedger {
  readonly queue: QueuedInteraction[];
  readonly lines: Evaluation[];
  /** Called before and after each append; what it throws is what `append` throws. */
  fault: ((moment: "before" | "after", lines: readonly Evaluation[]) => void) | undefined;
}

/** Stores a batch once, as the store does: by its content. */
export function memoryLedger(queue: readonly QueuedInteraction[] = []): MemoryLedger {
  const lines: Evaluation[] = [];
  const tokens = new Set<string>();
  const ledger: MemoryLedger = {
    queue: [...queue],
    lines,
    fault: undefined,
    pending: async (evaluators, since, limit) => {
      const answered = new Set(lines.map((line) => `${line.interaction_id} ${line.evaluator}`));
      const pending = ledger.queue
        .filter(({ revisedAt }) => revisedAt >= since)
        .toSorted((a, b) => a.revisedAt - b.revisedAt)
        .map((entry) => {
          const id = entry.interaction.interaction_id;
          return { ...entry, missing: evaluators.filter((name) => !answered.has(`${id} ${name}`)) };
        })
        .filter(({ missing }) => missing.length > 0)
        .slice(0, limit);
      return { pending, storeTime: Date.now() };
    },
    append: async (batch) => {
      ledger.fault?.("before", batch);
      const token = JSON.stringify(batch);
      if (!tokens.has(token)) lines.push(...batch);
      tokens.add(token);
      ledger.fault?.("after", batch);
    },
    usage: async (from, until, step) =>
      lines
        .filter(({ evaluated_at: at, kind }) => at >= from && at < until && kind === "llm")
        .filter(({ outcome }) => outcome !== "skipped")
        .map(({ evaluator, evaluated_at, outcome, cost_usd }) => {
          const asked = outcome === "scored" || outcome === "failed";
          return {
            evaluator,
            at: Math.floor(evaluated_at / step) * step,
            eligible: 1,
            verdicts: asked ? 1 : 0,
            cost_usd: cost_usd ?? 0,
            unknown_cost: asked && cost_usd === null ? 1 : 0,
          };
        }),
  };
  return ledger;
}

export function memoryCursors(): CursorStore & { readonly positions: Map<string, number> } {
  const positions = new Map<string, number>();
  return {
    positions,
    read: async (name) => positions.get(name),
    readAll: async (prefix) => new Map([...positions].filter(([name]) => name.startsWith(prefix))),
    write: async (name, position) => void positions.set(name, position),
  };
}

/** Conversations whose last turns a test adds when they have come to rest. */
export function memoryConversations(
  ledger: MemoryLedger = memoryLedger(),
): ConversationQueue & { readonly resting: QueuedInteraction[] } {
  const resting: QueuedInteraction[] = [];
  return {
    resting,
    pending: (evaluators, since, limit) => {
      const turns = memoryLedger(resting);
      turns.lines.push(...ledger.lines);
      return turns.pending(evaluators, since, limit);
    },
  };
}
