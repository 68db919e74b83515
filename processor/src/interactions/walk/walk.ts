import type { Meter } from "@opentelemetry/api";
import type { Clock } from "../../kernel/clock.js";
import type { Logger } from "../../kernel/logger.js";
import type { CursorStore, InteractionWriter, TraceReader } from "../../model/ports.js";
import { createArrivalFeed, type ArrivalFeed } from "./arrival-feed.js";
import type { InteractionsConfig } from "../interactions-config.js";
import { inTurns } from "./fair-order.js";
import { createPendingTraces, type DueTrace } from "./pending-traces.js";
import type { PriceList } from "../prices/prices.js";
import { processTraces, type ProcessOptions } from "./process-traces.js";
import { createWalkMetrics } from "./walk-metrics.js";

export interface WalkOptions {
  readonly reader: TraceReader;
  readonly writer: InteractionWriter;
  readonly cursors: CursorStore;
  readonly config: InteractionsConfig;
  readonly prices: PriceList;
  readonly meter: Meter;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Told when interactions have been written. */
  readonly onWritten?: () => void;
}

export interface Walk {
  /** Answers whether there may be more to do at once. */
  round(): Promise<boolean>;
  /** Milliseconds for which there is nothing to do but to look for arrivals, after a round. */
  idle(): number;
}

/** The name of the walk's place among the cursors. */
const cursorName = "interactions";

/** Milliseconds between two writes of the place. What lies between is only read again. */
const cursorInterval = 5_000;

/** Milliseconds between two looks at what has settled while there is other work: each looks at all. */
const lookInterval = 1_000;

/** A trace that settles between two looks is awaited, but not by looking more than so often. */
const looksPerPoll = 5;

/**
 * The walk from raw rows to interactions. The store is the queue: what has arrived is followed by
 * position, and a place is given up only when everything before it has been written, so that a
 * crash costs nothing but work done twice.
 */
export function createWalk(options: WalkOptions): Walk {
  const { reader, cursors, config, clock } = options;
  const pending = createPendingTraces({
    settleAfter: config.settle_after,
    settleWithoutRoot: config.settle_without_root,
    longestWait: config.longest_wait,
  });
  let feed: ArrivalFeed | undefined;
  let queue: DueTrace[] = [];
  let seen = { time: 0, behind: 0, at: clock.now(), more: false };
  let lookedAt = 0;
  /** Whether what has arrived was looked through for traces that have settled. */
  let isLookedAt = true;
  let place = { position: -1, writtenAt: 0 };
  /** Milliseconds between the newest arrivals that are known and the oldest of each service. */
  const unwritten = (): Map<string, number> => {
    const services = new Map<string, number>();
    for (const { trace } of queue) {
      const waited = seen.time - trace.lastArrival;
      if (waited > (services.get(trace.service) ?? -1)) services.set(trace.service, waited);
    }
    return services;
  };
  const metrics = createWalkMetrics(options.meter, {
    lag: () => {
      const unseen = seen.behind + (queue.length > 0 ? clock.now() - seen.at : 0);
      return (unseen + Math.max(0, ...unwritten().values())) / 1_000;
    },
    serviceLags: () => {
      const unseen = seen.behind + (queue.length > 0 ? clock.now() - seen.at : 0);
      return [...unwritten()].map(([service, time]) => [service, (unseen + time) / 1_000]);
    },
    pending: () => pending.size,
  });
  const processing: ProcessOptions = {
    reader,
    writer: options.writer,
    prices: options.prices,
    contentLimit: config.content_limit,
    metrics,
    logger: options.logger,
  };

  const open = async (): Promise<ArrivalFeed> => {
    const start = (await cursors.read(cursorName)) ?? 0;
    place = { position: start, writtenAt: clock.now() };
    return createArrivalFeed({
      reader,
      start,
      pageSize: config.page_size,
      overlap: config.arrival_overlap,
    });
  };

  const savePlace = async (current: ArrivalFeed): Promise<void> => {
    if (clock.now() - place.writtenAt < cursorInterval) return;
    const position = Math.min(current.safeStart(), pending.oldest() ?? Infinity);
    if (position > place.position) await cursors.write(cursorName, position);
    place = { position: Math.max(position, place.position), writtenAt: clock.now() };
  };

  /**
   * Reads ahead of the work, so that services are known that came after the flood of another. Only
   * positions are kept, and not more than may wait.
   */
  const readAhead = async (current: ArrivalFeed): Promise<void> => {
    const isFull = pending.size >= config.longest_queue;
    const isOld = clock.now() - seen.at >= config.poll_interval;
    if (queue.length > 0 && (isFull || !(seen.more || isOld))) return;
    const page = await current.next();
    for (const arrival of page.arrivals) pending.add(arrival);
    seen = {
      time: page.time,
      behind: page.storeTime - page.time,
      at: clock.now(),
      more: page.more,
    };
    isLookedAt = queue.length === 0 || clock.now() - lookedAt >= lookInterval;
    if (!isLookedAt) return;
    queue = inTurns(pending.due(page.time, pending.size - config.longest_queue));
    lookedAt = clock.now();
  };

  const round = async (): Promise<boolean> => {
    feed ??= await open();
    await readAhead(feed);
    const batch = takeBatch(queue, config.batch_traces, config.batch_rows);
    if (batch.length > 0) {
      const rows = batch.map(({ trace }) => trace.rows);
      const { done, missing } = await processTraces(batch, processing);
      options.onWritten?.();
      for (const [index, due] of batch.slice(0, done).entries()) {
        const { trace } = due;
        const waited = seen.time - trace.firstArrival;
        if (missing.has(due)) trace.notBefore = seen.time + Math.max(config.settle_after, waited);
        else pending.remove(trace, rows[index] ?? 0);
      }
      queue = queue.slice(done);
    }
    await savePlace(feed);
    return seen.more || queue.length > 0 || !isLookedAt;
  };

  const idle = (): number => {
    const poll = config.poll_interval;
    const until = (pending.soonest() ?? Infinity) - seen.time - (clock.now() - seen.at);
    return Math.min(poll, Math.max(poll / looksPerPoll, until));
  };

  return { round, idle };
}

/** The first of the queue, as many as may be in memory together and one in any case. */
function takeBatch(queue: readonly DueTrace[], traces: number, rows: number): DueTrace[] {
  const batch: DueTrace[] = [];
  let sum = 0;
  for (const due of queue) {
    sum += due.trace.rows;
    if (batch.length >= traces || (batch.length > 0 && sum > rows)) break;
    batch.push(due);
  }
  return batch;
}
