import type { Clock } from "../../kernel/clock.js";
import { CalibrantError } from "../../kernel/errors.js";
import type { Logger } from "../../kernel/logger.js";
import type { CursorStore, ForwardLedger, LedgerEntry, LedgerPage } from "../../model/ports.js";
import type { EndpointConfig, Signal } from "../forward-config.js";
import type { ForwardMetrics, StreamState } from "../forward-metrics.js";
import type { Endpoint } from "../otlp/endpoint.js";
import { exportRequest, itemEncoder, type EncodeItem, type Item } from "../otlp/request.js";
import { createCircuit } from "./circuit.js";
import { createDepartures } from "./departures.js";
import { createPlace } from "./place.js";
import { sendBatch, type Held } from "./send-batch.js";

export interface StreamOptions {
  readonly ledger: ForwardLedger;
  readonly cursors: CursorStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: ForwardMetrics;
  readonly endpoint: Endpoint;
  /** Of the endpoint, such as `otlphttp/langfuse`. */
  readonly name: string;
  readonly signal: Signal;
  readonly config: EndpointConfig;
  readonly version: string;
  /** Aborts the request under way. */
  readonly ending: AbortSignal;
}

/** One signal on its way to one endpoint. Streams do not wait for each other. */
export interface Stream extends StreamState {
  readonly name: string;
  /** Answers whether there may be more to do at once. @throws CalibrantError STORE_UNAVAILABLE */
  round(signal: AbortSignal): Promise<boolean>;
  /** Saves the place. */
  save(): Promise<void>;
}

/** Requests whose evaluations are read at once: reading costs the store more than sending does. */
const batchesPerPage = 4;

export function createStream(options: StreamOptions): Stream {
  const { ledger, clock, metrics, config } = options;
  const name = `forward ${options.name} ${options.signal}`;
  const labels = { endpoint: options.name, signal: options.signal };
  const logger = options.logger.child(labels);
  const encode = itemEncoder(options.signal, config);
  const circuit = createCircuit(clock);
  const departures = createDepartures({ ledger, metrics, logger, name, labels });
  const pageSize = config.batch_size * batchesPerPage;
  const place = createPlace({
    ...options,
    name,
    since: config.since,
    overlap: config.arrival_overlap,
  });
  let waiting: { readonly age: number; readonly at: number } | undefined;

  /** Answers what holds the rest up; ends early when `signal` aborts. */
  const send = async (items: readonly Item[], signal: AbortSignal): Promise<Held | undefined> => {
    for (let at = 0; at < items.length && !signal.aborted; at += config.batch_size) {
      const held = await sendBatch(items.slice(at, at + config.batch_size), {
        send: (batch) => {
          circuit.trying();
          return options.endpoint.send(exportRequest(batch, options.version), options.ending);
        },
        settle: async (batch, answer) => {
          if (circuit.answered()) logger.info("the endpoint takes evaluations again");
          await departures.answered(
            batch.map(({ entry }) => entry),
            answer,
          );
        },
      });
      if (held !== undefined) return held;
    }
    return undefined;
  };

  const hold = ({ reason, message, retryAfter }: Held): void => {
    metrics.held(labels, reason);
    const attempt = circuit.held(retryAfter);
    const err = new CalibrantError("FORWARD_HELD", message, { retryable: true });
    if (attempt === 1) logger.warn({ err, reason }, "the endpoint takes no evaluations; they wait");
    else logger.debug({ err, reason, attempt }, "the endpoint still takes no evaluations");
  };

  return {
    name,
    labels,
    circuit: () => circuit.state,
    lag: () => (waiting === undefined ? 0 : waiting.age + clock.now() - waiting.at),
    save: () => place.save(),
    round: async (signal) => {
      await circuit.wait(signal);
      if (signal.aborted) return false;
      const since = await place.position();
      const page = await ledger.unforwarded(name, since, config.outcomes, pageSize);
      const age = ageOf(page);
      waiting = age === undefined ? undefined : { age, at: clock.now() };
      const { items, unfit } = sorted(page.entries, encode);
      await departures.skipped(unfit);
      const held = await send(items, signal);
      if (held !== undefined && !options.ending.aborted) hold(held);
      if (held !== undefined || signal.aborted) return true;
      const full = page.entries.length >= pageSize;
      await place.passed(page, full);
      if (!full) waiting = undefined;
      return full;
    },
  };
}

/** Of the oldest that waits, milliseconds; undefined where none waits. */
function ageOf({ entries, storeTime }: LedgerPage): number | undefined {
  const [oldest] = entries;
  return oldest === undefined ? undefined : Math.max(0, storeTime - oldest.written_at);
}

function sorted(
  entries: readonly LedgerEntry[],
  encode: EncodeItem,
): { readonly items: readonly Item[]; readonly unfit: readonly LedgerEntry[] } {
  const items: Item[] = [];
  const unfit: LedgerEntry[] = [];
  for (const entry of entries) {
    const fields = encode(entry);
    if (fields === undefined) unfit.push(entry);
    else items.push({ entry, fields });
  }
  return { items, unfit };
}
