import type { Clock } from "../../kernel/clock.js";
import { CalibrantError } from "../../kernel/errors.js";
import type { Logger } from "../../kernel/logger.js";
import type { CursorStore, ForwardLedger, LedgerEntry } from "../../model/ports.js";
import type { EndpointConfig, Signal } from "../forward-config.js";
import type { ForwardMetrics, RecordOutcome, StreamState } from "../forward-metrics.js";
import type { Endpoint } from "../otlp/endpoint.js";
import { exportRequest, itemEncoder, type Item } from "../otlp/request.js";
import { createCircuit } from "./circuit.js";
import { createPlace } from "./place.js";
import { sendBatch, type Held, type Refused, type Taken } from "./send-batch.js";

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
  save(): Promise<void>;
}

export function createStream(options: StreamOptions): Stream {
  const { ledger, clock, metrics, endpoint, config, version } = options;
  const name = `forward ${options.name} ${options.signal}`;
  const labels = { endpoint: options.name, signal: options.signal };
  const logger = options.logger.child(labels);
  const encode = itemEncoder(options.signal, config);
  const circuit = createCircuit(clock);
  const place = createPlace({
    ...options,
    name,
    since: config.since,
    overlap: config.arrival_overlap,
  });
  /** Reasons that are in the log already: thousands of refusals for one reason are one fault. */
  const logged = new Set<string>();
  let waiting: { readonly age: number; readonly at: number } | undefined;

  const leave = async (
    entries: readonly LedgerEntry[],
    outcome: RecordOutcome,
    reason: string,
    message: string,
  ): Promise<void> => {
    if (entries.length === 0) return;
    await ledger.markForwarded(name, entries);
    metrics.records(labels, outcome, reason, entries.length);
    if (outcome === "sent" || logged.has(reason)) return;
    logged.add(reason);
    const [first] = entries;
    const err = new CalibrantError("FORWARD_REFUSED", message);
    logger.error(
      { err, reason, interaction: first?.interaction_id, evaluator: first?.evaluator },
      "an evaluation is not forwarded; others for the same reason are only counted",
    );
  };

  const settle = async (items: readonly Item[], answer: Taken | Refused): Promise<void> => {
    if (circuit.answered()) logger.info("the endpoint takes evaluations again");
    const entries = items.map(({ entry }) => entry);
    if (answer.kind === "refused") {
      await leave(entries, "refused", answer.reason, answer.message);
      return;
    }
    const { rejected, message } = answer.partial;
    const kept = Math.max(0, entries.length - rejected);
    await leave(entries.slice(0, kept), "sent", "", "");
    // Which ones were rejected is not said: only the numbers are right.
    await leave(entries.slice(kept), "refused", "partial_success", message);
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
      const page = await ledger.unforwarded(name, since, config.outcomes, config.batch_size);
      const [oldest] = page.entries;
      waiting =
        oldest === undefined
          ? undefined
          : { age: Math.max(0, page.storeTime - oldest.written_at), at: clock.now() };
      const items: Item[] = [];
      const unfit: LedgerEntry[] = [];
      for (const entry of page.entries) {
        const fields = encode(entry);
        if (fields === undefined) unfit.push(entry);
        else items.push({ entry, fields });
      }
      await leave(unfit, "skipped", "no_span", "there is no span that it could be a child of");
      const held = await sendBatch(items, {
        send: (batch) => {
          circuit.trying();
          return endpoint.send(exportRequest(batch, version), options.ending);
        },
        settle,
      });
      if (held !== undefined) {
        if (options.ending.aborted) return false;
        hold(held);
        return true;
      }
      const full = page.entries.length >= config.batch_size;
      await place.passed(page, full);
      if (!full) waiting = undefined;
      return full;
    },
  };
}
