import { CalibrantError } from "../../kernel/errors.js";
import type { Logger } from "../../kernel/logger.js";
import type { AssembledTrace, InteractionWriter } from "../../model/ports.js";

export interface Written {
  readonly added: number;
  readonly revised: number;
  /** Traces that the store will never take. */
  readonly refused: readonly string[];
}

/**
 * Writes traces, and finds the one that the store refuses by halving, so that it costs only
 * itself. @throws CalibrantError STORE_UNAVAILABLE, after which the same call may be made again
 */
export async function writeTraces(
  writer: InteractionWriter,
  traces: readonly AssembledTrace[],
  logger: Logger,
): Promise<Written> {
  if (traces.length === 0) return { added: 0, revised: 0, refused: [] };
  try {
    return { ...(await writer.replace(traces)), refused: [] };
  } catch (error) {
    if (!(error instanceof CalibrantError) || error.retryable) throw error;
    const [only] = traces;
    if (only !== undefined && traces.length === 1) {
      logger.error({ trace: only.traceId, err: error }, "the store refuses a trace's interactions");
      return { added: 0, revised: 0, refused: [only.traceId] };
    }
  }
  const half = Math.ceil(traces.length / 2);
  const left = await writeTraces(writer, traces.slice(0, half), logger);
  const right = await writeTraces(writer, traces.slice(half), logger);
  return {
    added: left.added + right.added,
    revised: left.revised + right.revised,
    refused: [...left.refused, ...right.refused],
  };
}
