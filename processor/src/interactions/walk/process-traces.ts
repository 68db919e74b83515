import { setImmediate } from "node:timers/promises";
import { messageOf } from "../../kernel/errors.js";
import type { Logger } from "../../kernel/logger.js";
import type {
  AssembledTrace,
  InteractionWriter,
  TraceReader,
  TraceRows,
} from "../../model/ports.js";
import { assembleTrace, type Assembly } from "../assembly/assemble.js";
import type { DueTrace } from "./pending-traces.js";
import type { PriceList } from "../prices/prices.js";
import type { WalkMetrics } from "./walk-metrics.js";
import { writeTraces } from "./write-traces.js";

export interface ProcessOptions {
  readonly reader: TraceReader;
  readonly writer: InteractionWriter;
  readonly prices: PriceList;
  readonly contentLimit: number;
  readonly metrics: WalkMetrics;
  readonly logger: Logger;
}

export interface Processed {
  /** How many of the traces, from the first, have been dealt with. */
  readonly done: number;
  /** Those among them whose rows are announced but not all there yet: to be looked at again. */
  readonly missing: ReadonlySet<DueTrace>;
}

/** The service answers requests in the same thread: assembly lets it between this many traces. */
const tracesPerTurn = 20;

/**
 * Reads, assembles and writes as many of the due traces as fit into memory at once.
 * @throws CalibrantError STORE_UNAVAILABLE; the same traces may then be processed again
 */
export async function processTraces(
  due: readonly DueTrace[],
  options: ProcessOptions,
): Promise<Processed> {
  const { reader, writer, metrics, logger } = options;
  const read = await reader.traces(due.map(({ trace }) => trace));
  const missing = new Set<DueTrace>();
  const assemblies: Assembly[] = [];
  const finished: Assembly[] = [];
  for (const [index, rows] of read.entries()) {
    const wanted = due[index];
    if (wanted === undefined) break;
    if (isMissing(rows, wanted)) missing.add(wanted);
    const cutShort = wanted.cutShort || rows.truncated || missing.has(wanted);
    const assembly = assembleSafely(rows, wanted.trace.lastArrival, cutShort, options);
    if (assembly === undefined) continue;
    assemblies.push(assembly);
    if (!missing.has(wanted)) finished.push(assembly);
    if (index % tracesPerTurn === tracesPerTurn - 1) await setImmediate();
  }
  const written = await writeTraces(
    writer,
    assemblies.map(({ trace }) => trace).filter(hasRows),
    logger,
  );
  metrics.written("added", written.added);
  metrics.written("revised", written.revised);
  metrics.traces("refused", written.refused.length);
  count(finished, new Set(written.refused), metrics);
  return { done: read.length, missing };
}

/** An arrival is announced by its own insert, which may be visible before the rows themselves. */
function isMissing(rows: TraceRows, { trace, cutShort }: DueTrace): boolean {
  return !cutShort && !rows.truncated && rows.spans.length + rows.logs.length < trace.rows;
}

/** Assembly does not throw. Should it do so all the same, it costs one trace, counted. */
function assembleSafely(
  rows: TraceRows,
  arrivedAt: number,
  cutShort: boolean,
  { prices, contentLimit, metrics, logger }: ProcessOptions,
): Assembly | undefined {
  try {
    return assembleTrace(rows, { prices, contentLimit, arrivedAt, cutShort });
  } catch (error) {
    metrics.traces("failed", 1);
    logger.error({ trace: rows.traceId, reason: messageOf(error) }, "a trace cannot be assembled");
    return undefined;
  }
}

function hasRows(trace: AssembledTrace): boolean {
  return trace.interactions.length > 0;
}

function count(
  assemblies: readonly Assembly[],
  refused: ReadonlySet<string>,
  metrics: WalkMetrics,
): void {
  const outcomes = new Map<Assembly["outcome"], number>();
  for (const { trace, outcome, unpriced, notes } of assemblies) {
    metrics.unpriced(unpriced.length);
    metrics.unreadable(notes.length);
    if (refused.has(trace.traceId)) continue;
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  for (const [outcome, traces] of outcomes) metrics.traces(outcome, traces);
}
