import type { Clock } from "../../kernel/clock.js";
import type { Logger } from "../../kernel/logger.js";
import type {
  CursorStore,
  InteractionWriter,
  SpanHistory,
  SpanTime,
  StoredTrace,
  TraceReader,
} from "../../model/ports.js";
import type { InteractionsConfig } from "../interactions-config.js";
import type { DueTrace } from "./pending-traces.js";
import type { PriceList } from "../prices/prices.js";
import { processTraces } from "./process-traces.js";
import { createTally, type BackfillTally } from "./backfill-tally.js";

export interface BackfillOptions {
  readonly history: SpanHistory;
  readonly reader: TraceReader;
  readonly writer: InteractionWriter;
  readonly cursors: CursorStore;
  readonly config: InteractionsConfig;
  readonly prices: PriceList;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Of spans; the last seconds are the walk's. */
  readonly range: SpanTime;
  /** Undefined for all. */
  readonly service: string | undefined;
  /** Whether no service works on the store: then nothing is left to its walk. */
  readonly alone: boolean;
  /** Names the work: a backfill of the same name goes on where an earlier one was stopped. */
  readonly name: string;
  readonly report: (progress: BackfillProgress) => void;
}

export interface BackfillProgress {
  /** Traces dealt with, and about how many there are. */
  readonly done: number;
  readonly all: number;
  /** Start of the spans that are worked on; milliseconds since the Unix epoch. */
  readonly at: number;
}

export interface BackfillResult extends BackfillTally {
  /** Traces that were read. */
  readonly traces: number;
  /** Traces with rows that the walk of the service has not worked off in time: it writes them. */
  readonly left_to_the_service: number;
  /** Where an earlier run had been stopped; null for a run from the start. */
  readonly resumed_at: number | null;
  /** False when it was stopped. */
  readonly finished: boolean;
}

/** Milliseconds that the walk of a service has to deal with what waits for it. */
const walkPatience = 120_000;
/** Traces that go on growing all the time are not followed for ever. */
const mostPasses = 5;
/** Milliseconds between two looks at it. */
const walkLook = 1_000;

/**
 * Derives interactions again from the spans of a range, stretch by stretch, with this version's
 * dialects and the configured prices. Everything keeps its identity: what has not changed is left
 * alone, what has is revised, so that it may be run again at any time.
 *
 * Beside the walk of a service: traces of which rows wait for the walk are left to it first and
 * derived at the end, when the walk is past them. So are those of which rows have arrived meanwhile:
 * should the walk have written one in the same moment, that leaves one row with everything in it.
 * @throws CalibrantError STORE_UNAVAILABLE and STORE_REFUSED; the same call goes on where it was
 */
export async function runBackfill(options: BackfillOptions): Promise<BackfillResult> {
  const { history, cursors, config, signal, range, service, name, report } = options;
  const began = await history.now();
  const end = options.alone ? range.end : Math.min(range.end, began - config.settle_without_root);
  const walk = await history.walk({ start: range.start, end });
  const saved = await cursors.read(name);
  const resumedAt = saved !== undefined && saved > range.start ? saved : undefined;
  const start = resumedAt ?? range.start;
  const stretches = start >= end ? [] : await history.stretches({ start, end }, service);
  const all = stretches.reduce((sum, stretch) => sum + stretch.traces, 0);
  const tally = createTally();
  let traces = 0;

  const deriveAll = async (page: readonly StoredTrace[], at: number): Promise<void> => {
    for (let rest = page; rest.length > 0 && !signal.aborted;) {
      const done = await derive(rest, options, tally.metrics);
      traces += done;
      rest = rest.slice(done);
      report({ done: traces, all, at });
    }
  };

  let earlier = new Set<string>();
  let isAllDone = true;
  for (const stretch of stretches) {
    const ids = new Set<string>();
    const pages = pagesOf((after) => history.tracesIn(stretch, service, after, config.page_size));
    for await (const page of pages) {
      const own = page.filter(({ waiting }) => options.alone || !waiting);
      isAllDone &&= own.length === page.length;
      await deriveAll(
        own.filter(({ traceId }) => !earlier.has(traceId)),
        stretch.start,
      );
      if (signal.aborted) return result(0, false);
      for (const { traceId } of page) ids.add(traceId);
    }
    earlier = ids;
    // Another run must not pass by what is left for the end.
    if (isAllDone) await cursors.write(name, stretch.end);
  }
  const left = options.alone ? 0 : await deriveAfterWalk();
  if (!signal.aborted) await cursors.write(name, 0);
  return result(left, !signal.aborted);

  /** Until nothing more has arrived meanwhile. Answers how many traces are left to the walk. */
  async function deriveAfterWalk(): Promise<number> {
    const whole = { start: range.start, end };
    let since = Math.min(began, walk.position ?? 0);
    let leftOver = 0;
    for (let pass = 0; pass < mostPasses && !signal.aborted; pass++) {
      const passBegan = await history.now();
      const isStill = await awaitWalk(options, whole, walk.position);
      let arrived = 0;
      leftOver = 0;
      const pages = pagesOf((after) =>
        history.arrivedSince(since, whole, service, after, config.page_size),
      );
      for await (const page of pages) {
        const own = page.filter(({ waiting }) => isStill || !waiting);
        arrived += own.length;
        leftOver += page.length - own.length;
        await deriveAll(own, end);
      }
      if (arrived === 0) break;
      since = passBegan;
    }
    return leftOver;
  }

  function result(leftOver: number, finished: boolean): BackfillResult {
    return {
      ...tally.counts(),
      traces,
      left_to_the_service: leftOver,
      resumed_at: resumedAt ?? null,
      finished,
    };
  }
}

/** Waits until nothing waits for the walk; answers whether no walk has moved in all the time. */
async function awaitWalk(
  { history, clock, signal }: BackfillOptions,
  range: SpanTime,
  position: number | undefined,
): Promise<boolean> {
  const deadline = clock.now() + walkPatience;
  for (;;) {
    const walk = await history.walk(range);
    const isOver = clock.now() > deadline || signal.aborted;
    if (walk.waiting === 0 || isOver) return walk.waiting > 0 && walk.position === position;
    await clock.sleep(walkLook, signal);
  }
}

/** Pages in the order of the traces' ids until one is empty. */
async function* pagesOf(
  read: (after: string) => Promise<readonly StoredTrace[]>,
): AsyncGenerator<readonly StoredTrace[]> {
  for (let after = ""; ;) {
    const page = await read(after);
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    after = last.traceId;
  }
}

/** Reads, assembles and writes the first of the traces; answers how many. */
async function derive(
  traces: readonly StoredTrace[],
  options: BackfillOptions,
  metrics: ReturnType<typeof createTally>["metrics"],
): Promise<number> {
  const { reader, writer, prices, logger, config } = options;
  let rows = 0;
  const fitting = traces
    .slice(0, config.batch_traces)
    .findIndex(({ spans }) => (rows += spans) > config.batch_rows);
  const batch = traces.slice(0, fitting < 0 ? config.batch_traces : Math.max(1, fitting));
  const { done } = await processTraces(batch.map(toDue), {
    reader,
    writer,
    prices,
    contentLimit: config.content_limit,
    metrics,
    logger,
  });
  return done;
}

/** Everything that is stored is there: nothing is announced, and nothing cut short. */
function toDue({ traceId, earliest, latest }: StoredTrace): DueTrace {
  const arrived = { firstArrival: latest, lastArrival: latest };
  const trace = { traceId, earliest, latest, service: "", rows: 0, roots: 0, notBefore: 0 };
  return { trace: { ...trace, ...arrived }, cutShort: false };
}
