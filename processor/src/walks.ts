import type { Config } from "./config.js";
import { startEvaluation, startQuality } from "./evaluate/evaluate.js";
import { startForward } from "./forward/forward.js";
import { forwardEndpoints } from "./forward/forward-config.js";
import {
  judgePriceOf,
  markTurn,
  pricesOf,
  startInteractions,
  startLookBack,
} from "./interactions/interactions.js";
import { backoff } from "./kernel/backoff.js";
import type { WakefulWorker, Worker } from "./kernel/worker.js";
import { personalDataFinder } from "./redact/find-personal-data.js";
import { startLoader } from "./spool/loader.js";
import { createCascadeCertificates } from "./store/cascade-certificates.js";
import { createConversationQueue } from "./store/conversation-queue.js";
import { createCursorStore } from "./store/cursors.js";
import { createEarlierSpans } from "./store/earlier-spans.js";
import { createCanaryStore } from "./store/canary-store.js";
import { createEvaluationLedger } from "./store/evaluation-ledger.js";
import { createJudgeBatchStore } from "./store/judge-batches.js";
import { createQualityDefinitions } from "./store/quality-definitions.js";
import { createForwardLedger } from "./store/forward-ledger.js";
import { createInteractionWriter } from "./store/interaction-writer.js";
import { createLoadSink } from "./store/load-sink.js";
import { migrate } from "./store/migrations.js";
import { checkRawTables, type RawTableUse } from "./store/raw-tables.js";
import { createTraceReader } from "./store/trace-reader.js";
import type { Clock } from "./kernel/clock.js";
import { CalibrantError, messageOf } from "./kernel/errors.js";
import type { Logger } from "./kernel/logger.js";
import type { Metrics } from "./serve/metrics.js";
import type { Spool } from "./spool/spool.js";
import type { StoreClient } from "./store/client.js";

/** The name by which the spool knows ClickHouse; part of the names of its files. */
export const storeSink = "clickhouse";

/** What works on the store, by the name that readiness and log give it. */
export interface Walk {
  readonly name: string;
  readonly worker: Worker;
}

export interface WalksOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly version: string;
  readonly metrics: Metrics;
  readonly spool: Spool;
  readonly client: StoreClient;
}

/** Waits for the store, brings its schema up to date and starts what works on it. */
export async function openWalks(
  options: WalksOptions,
  walks: Walk[],
  signal: AbortSignal,
  report: (problem: string | undefined) => void,
): Promise<void> {
  const { config, client, clock, logger } = options;
  const { cluster, raw_days: rawDays, own_days: ownDays } = config.exporters.clickhouse;
  for (let attempt = 0; ; attempt++) {
    try {
      await checkRawTables(client, useOfRawTables(config));
      const applied = await migrate({ client, cluster, rawDays, ownDays });
      if (applied.length > 0) logger.info({ applied }, "the schema is up to date");
      break;
    } catch (error) {
      report(`the store cannot be opened: ${messageOf(error)}`);
      if (!(error instanceof CalibrantError && error.retryable)) throw error;
      logger.warn({ err: error }, "the store cannot be used yet; telemetry waits in the spool");
      await clock.sleep(backoff(attempt), signal);
    }
    if (signal.aborted) return;
  }
  if (signal.aborted) return;
  walks.push(...startWalks(options));
  report(undefined);
}

function startWalks({
  config,
  client,
  clock,
  logger,
  metrics,
  spool,
  version,
}: WalksOptions): Walk[] {
  const { interactions, evaluate } = config.processors;
  const { replicas: replica } = config.service;
  const work = workHere(config);
  if (replica.count > 1)
    logger.info({ replica, work }, "evaluations are shared with other replicas");
  const { meter } = metrics;
  const shared = { clock, logger, meter };
  const cursors = createCursorStore(client);
  const prices = pricesOf(interactions);
  const sink = createLoadSink(client, config.exporters.clickhouse.cluster, useOfRawTables(config));
  const loader = startLoader({
    ...shared,
    spool,
    sink,
    sinkName: storeSink,
    config: config.extensions.spool,
  });
  const walks: Walk[] = [{ name: "loader", worker: loader }];
  let evaluation: WakefulWorker | undefined;
  if (work.interactions) {
    const reader = createTraceReader(client);
    const writer = createInteractionWriter(client, clock, markTurn);
    const onWritten = (): void => evaluation?.wake();
    const options = { ...shared, reader, writer, cursors, prices, config: interactions, onWritten };
    walks.push({ name: "interactions", worker: startInteractions(options) });
    if (work.lookBack) {
      const { look_back: lookBack, arrival_overlap: overlap } = interactions;
      const earlier = createEarlierSpans(client);
      const worker = startLookBack({ ...shared, earlier, cursors, lookBack, overlap });
      walks.push({ name: "look back", worker });
    }
  }
  if (work.evaluate) {
    const ledger = createEvaluationLedger(client, replica);
    evaluation = startEvaluation({
      ...shared,
      ledger,
      conversations: createConversationQueue(client, replica),
      cursors,
      ...(work.canaries ? { canaries: createCanaryStore(client) } : {}),
      certificates: createCascadeCertificates(client),
      // A batch would be taken up by each of several.
      ...(replica.count === 1 ? { batches: createJudgeBatchStore(client) } : {}),
      replica,
      config: evaluate,
      findPersonalData: personalDataFinder(),
      priceOf: judgePriceOf(prices),
    });
    walks.push({ name: "evaluate", worker: evaluation });
  }
  if (work.defineQuality) {
    const definitions = createQualityDefinitions(client);
    const definition = { ...shared, definitions, config: evaluate.quality };
    walks.push({ name: "define quality", worker: startQuality(definition) });
  }
  if (work.forward) {
    const endpoints = forwardEndpoints(config.exporters);
    const ledger = createForwardLedger(client);
    const worker = startForward({ ...shared, ledger, cursors, endpoints, version });
    walks.push({ name: "forward", worker });
  }
  return walks;
}

/** What this service does with the store, beside loading it. */
interface WorkHere {
  readonly interactions: boolean;
  readonly lookBack: boolean;
  /** Its part of the traffic, where there are replicas. */
  readonly evaluate: boolean;
  readonly canaries: boolean;
  readonly defineQuality: boolean;
  readonly forward: boolean;
}

/** Replicas share the evaluations; what is done once for a store is the first one's. */
function workHere({ receivers, processors, exporters, service }: Config): WorkHere {
  const isFirst = service.replicas.index === 0;
  const interactions = isFirst && processors.interactions.enabled;
  const evaluate = processors.evaluate.enabled;
  return {
    interactions,
    lookBack: interactions && receivers.source === "clickhouse",
    evaluate,
    canaries: isFirst && evaluate,
    defineQuality: isFirst && evaluate,
    forward: isFirst && Object.keys(forwardEndpoints(exporters)).length > 0,
  };
}

/** A Collector that fills the raw tables writes them in its own way; here they are read. */
function useOfRawTables({ receivers }: Config): RawTableUse {
  return receivers.source === "clickhouse" ? "read" : "written";
}

/** The names of the walks that this service has once the store is open. */
export function walkNames(config: Config): readonly string[] {
  const work = workHere(config);
  return [
    "loader",
    ...(work.interactions ? ["interactions"] : []),
    ...(work.lookBack ? ["look back"] : []),
    ...(work.evaluate ? ["evaluate"] : []),
    ...(work.defineQuality ? ["define quality"] : []),
    ...(work.forward ? ["forward"] : []),
  ];
}
