import { CalibrantError, messageOf } from "../../kernel/errors.js";
import type { Logger } from "../../kernel/logger.js";
import type { Evaluation } from "../../model/evaluation.js";
import type { EvaluationLedger } from "../../model/ports.js";

/** Collects lines and writes them in batches. */
export interface LedgerWriter {
  readonly add: (line: Evaluation) => void;
  /**
   * Writes what was added, in the order in which it was added. A batch that could not be written
   * is sent again unchanged at the next call, so that the store can tell that it has it already.
   */
  write(): Promise<void>;
}

export interface LedgerWriterOptions {
  readonly ledger: EvaluationLedger;
  readonly logger: Logger;
  /** Told when lines are in the store. */
  readonly onWritten: (lines: readonly Evaluation[]) => void;
}

const largestBatch = 1_000;

export function createLedgerWriter(options: LedgerWriterOptions): LedgerWriter {
  const { ledger, logger, onWritten } = options;
  const added: Evaluation[] = [];
  const batches: (readonly Evaluation[])[] = [];

  return {
    add: (line) => {
      added.push(line);
    },
    write: async () => {
      while (added.length > 0) batches.push(added.splice(0, largestBatch));
      for (let batch = batches[0]; batch !== undefined; batch = batches[0]) {
        try {
          await ledger.append(batch);
        } catch (error) {
          const parts = partsOf(batch, error);
          logger.warn({ err: error, lines: batch.length }, "the ledger refused lines");
          batches.splice(0, 1, ...parts);
          continue;
        }
        batches.shift();
        onWritten(batch);
      }
    },
  };
}

/**
 * How to go on with a batch that was refused for good: by halves, so that one bad line does not
 * hold up the others; a single line without its texts. Anything else is thrown.
 */
function partsOf(batch: readonly Evaluation[], error: unknown): (readonly Evaluation[])[] {
  if (!(error instanceof CalibrantError) || error.retryable) throw error;
  const [line] = batch;
  if (line === undefined) throw error;
  if (batch.length > 1) {
    const half = Math.ceil(batch.length / 2);
    return [batch.slice(0, half), batch.slice(half)];
  }
  if (line.reason.startsWith("STORE_REFUSED")) throw error;
  const reason = `STORE_REFUSED: ${messageOf(error)}`.slice(0, 500);
  const bare = { score: null, confidence: null, label: "", explanation: "", reason };
  return [[{ ...line, ...bare, outcome: "failed" }]];
}
