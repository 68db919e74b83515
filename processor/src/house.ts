import type { Config } from "./config.js";
import { createAdmission } from "./admission/admission.js";
import { createDecoder } from "./decode/decode.js";
import { startEmbeddedStore, type EmbeddedStore } from "./embedded/embedded.js";
import { startEvaluation, startQuality } from "./evaluate/evaluate.js";
import { createFeedbackDoor } from "./feedback/feedback.js";
import { startForward } from "./forward/forward.js";
import { forwardEndpoints } from "./forward/forward-config.js";
import {
  markTurn,
  pricesOf,
  startInteractions,
  startLookBack,
} from "./interactions/interactions.js";
import { backoff } from "./kernel/backoff.js";
import type { Clock } from "./kernel/clock.js";
import { createClosers } from "./kernel/closers.js";
import { CalibrantError, messageOf } from "./kernel/errors.js";
import type { Logger } from "./kernel/logger.js";
import type { WakefulWorker, Worker } from "./kernel/worker.js";
import type { Readiness } from "./model/ports.js";
import { startReceiver } from "./receive/receive.js";
import { personalDataFinder } from "./redact/find-personal-data.js";
import { createRedactor } from "./redact/redact.js";
import { createMetrics, type Metrics } from "./serve/metrics.js";
import { startServer } from "./serve/serve.js";
import { startLoader } from "./spool/loader.js";
import { spoolDirectory } from "./spool/spool-directory.js";
import { openSpool, type Spool } from "./spool/spool.js";
import { createStoreClient, type StoreClient } from "./store/client.js";
import { createCascadeCertificates } from "./store/cascade-certificates.js";
import { createConversationQueue } from "./store/conversation-queue.js";
import { createCursorStore } from "./store/cursors.js";
import { createEarlierSpans } from "./store/earlier-spans.js";
import { createCanaryStore } from "./store/canary-store.js";
import { createEvaluationLedger } from "./store/evaluation-ledger.js";
import { createJudgeBatchStore } from "./store/judge-batches.js";
import { createQualityDefinitions } from "./store/quality-definitions.js";
import { createForwardLedger } from "./store/forward-ledger.js";
import { createInteractionQueries } from "./store/interaction-queries.js";
import { createInteractionWriter } from "./store/interaction-writer.js";
import { createLoadSink } from "./store/load-sink.js";
import { migrate } from "./store/migrations.js";
import { checkRawTables, type RawTableUse } from "./store/raw-tables.js";
import { createTraceReader } from "./store/trace-reader.js";

export interface HouseOptions {
  readonly config: Config;
  /** Folder of the spool and of the embedded store. */
  readonly dataDirectory: string;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly version: string;
}

/** The name by which the spool knows ClickHouse; part of the names of its files. */
const storeSink = "clickhouse";

export interface House {
  readonly addresses: {
    /** OTLP/HTTP; undefined where a Collector fills the store. */
    readonly otlp: string | undefined;
    /** OTLP/gRPC; undefined when it is switched off. */
    readonly grpc: string | undefined;
    readonly web: string;
    readonly clickhouse: string;
  };
  readonly client: StoreClient;
  /** Resolves when the store has its schema and all walks run; rejects when that cannot be. */
  readonly ready: Promise<void>;
  /** Stops what takes in first, then what works, then what stores. */
  close(): Promise<void>;
}

/** What works on the store, by the name that readiness and log give it. */
interface Walk {
  readonly name: string;
  readonly worker: Worker;
}

interface Rooms extends HouseOptions {
  readonly metrics: Metrics;
  readonly spool: Spool;
  readonly client: StoreClient;
}

/**
 * Joins the rooms and starts them. Telemetry is taken in from the first moment; loading and
 * understanding begin when the store answers and has its schema.
 * @throws CalibrantError when the data directory, a port or the embedded store cannot be had
 */
export async function openHouse(options: HouseOptions): Promise<House> {
  const { config, dataDirectory, logger, clock, version } = options;
  const closers = createClosers(logger);
  try {
    const metrics = createMetrics({ version });
    closers.add("metrics", () => metrics.shutdown());
    const { meter } = metrics;

    const spool = await openSpool({
      directory: spoolDirectory(dataDirectory),
      sinks: [storeSink],
      config: config.extensions.spool,
      clock,
      logger,
      meter,
    });
    closers.add("spool", () => spool.close());

    const embedded = config.exporters.clickhouse.url === "" ? await openStore(options) : undefined;
    if (embedded !== undefined) closers.add("embedded store", () => embedded.stop());
    const client = clientOf(config, embedded);
    closers.add("store client", () => client.close());

    const walks: Walk[] = [];
    const opening = new AbortController();
    let problem: string | undefined = "the store is being opened";
    const ready = openWalks(
      { ...options, metrics, spool, client },
      walks,
      opening.signal,
      (now) => {
        problem = now;
      },
    );
    closers.add("walks", async () => {
      opening.abort();
      await ready.catch(() => undefined);
      for (const { worker } of walks.toReversed()) await worker.stop();
    });

    const redactor = createRedactor({ config: config.processors.redaction, meter });
    const admission = createAdmission({ keys: config.extensions.keys, meter });
    const receiver =
      config.receivers.source === "clickhouse"
        ? undefined
        : await startReceiver({
            config: config.receivers.otlp.protocols,
            metrics: config.receivers.otlp.metrics,
            admission,
            intake: spool,
            pressure: spool,
            decoder: createDecoder({ config: config.receivers.otlp.limits, clock, redactor }),
            meter,
            logger,
            clock,
          });
    if (receiver !== undefined) closers.add("receiver", () => receiver.stop());

    const { http, grpc } = config.receivers.otlp.protocols;
    const otlpAddress = receiver && addressOf(receiver.address, http);
    const web = await startServer({
      config: config.extensions.web,
      admission,
      queries: createInteractionQueries(client),
      feedback: createFeedbackDoor({
        config: config.receivers.feedback,
        intake: spool,
        redactor,
        clock,
        meter,
      }),
      readiness: readinessOf(config, () => problem ?? embedded?.problem(), spool, walks),
      metrics: metrics.text,
      meter,
      logger,
      clock,
      version,
      otlpAddress,
    });
    closers.add("web server", () => web.stop());

    return {
      addresses: {
        otlp: otlpAddress,
        grpc: receiver?.grpcAddress && addressOf(receiver.grpcAddress, grpc),
        web: web.address,
        clickhouse: embedded?.url ?? config.exporters.clickhouse.url,
      },
      client,
      ready,
      close: () => closers.close(),
    };
  } catch (error) {
    await closers.close();
    throw error;
  }
}

function addressOf(hostAndPort: string, { tls }: { readonly tls?: unknown }): string {
  return `${tls === undefined ? "http" : "https"}://${hostAndPort}`;
}

/** How long a process of a service that was killed may take to let go of the store. */
const takeOverPatience = 20_000;

/**
 * The spool's lock says that no other service uses the folder. Whoever holds the store or its port
 * for a moment longer is the process of a service that was killed, and about to end.
 */
async function openStore({
  config,
  dataDirectory,
  logger,
  clock,
}: HouseOptions): Promise<EmbeddedStore> {
  const { endpoint, max_memory, max_result, max_query_time } = config.extensions.embedded_store;
  const deadline = clock.now() + takeOverPatience;
  for (;;) {
    try {
      return await startEmbeddedStore({
        dataDir: dataDirectory,
        host: endpoint.host,
        port: endpoint.port,
        limits: { queryMemory: max_memory, result: max_result, queryTime: max_query_time },
        logger,
        clock,
      });
    } catch (error) {
      const passing = error instanceof CalibrantError && takeOver.has(error.code);
      if (!passing || clock.now() > deadline) throw error;
      logger.debug({ err: error }, "waiting for the store of an earlier process");
      await clock.sleep(200);
    }
  }
}

const takeOver: ReadonlySet<string> = new Set(["EMBEDDED_FAILED", "PORT_IN_USE"]);

function clientOf(config: Config, embedded: EmbeddedStore | undefined): StoreClient {
  const { url, username, password, request_timeout: requestTimeout } = config.exporters.clickhouse;
  return embedded === undefined
    ? createStoreClient({ url, username, password, requestTimeout })
    : createStoreClient({ url: embedded.url, ...embedded.credentials, requestTimeout });
}

/** Waits for the store, brings its schema up to date and starts what works on it. */
async function openWalks(
  rooms: Rooms,
  walks: Walk[],
  signal: AbortSignal,
  report: (problem: string | undefined) => void,
): Promise<void> {
  const { config, client, clock, logger } = rooms;
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
  walks.push(...startWalks(rooms));
  report(undefined);
}

function startWalks({ config, client, clock, logger, metrics, spool, version }: Rooms): Walk[] {
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
      priceOf: (model) => {
        const price = prices.find("", model);
        return price === undefined ? undefined : { ...price, cached_input: price.cachedInput };
      },
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

function readinessOf(
  config: Config,
  storeProblem: () => string | undefined,
  spool: Spool,
  walks: readonly Walk[],
): readonly Readiness[] {
  const work = workHere(config);
  const names = [
    "loader",
    ...(work.interactions ? ["interactions"] : []),
    ...(work.lookBack ? ["look back"] : []),
    ...(work.evaluate ? ["evaluate"] : []),
    ...(work.defineQuality ? ["define quality"] : []),
    ...(work.forward ? ["forward"] : []),
  ];
  return [
    { name: "store", problem: storeProblem },
    { name: "spool", problem: () => spool.pressure() },
    ...names.map((name) => ({
      name,
      problem: () => walks.find((walk) => walk.name === name)?.worker.failure,
    })),
  ];
}
