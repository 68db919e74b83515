import type { Config } from "./config.js";
import { createAdmission } from "./admission/admission.js";
import { createDecoder } from "./decode/decode.js";
import { startEmbeddedStore, type EmbeddedStore } from "./embedded/embedded.js";
import { createFeedbackDoor } from "./feedback/feedback.js";
import type { Clock } from "./kernel/clock.js";
import { createClosers } from "./kernel/closers.js";
import { CalibrantError } from "./kernel/errors.js";
import type { Logger } from "./kernel/logger.js";
import type { Readiness } from "./model/ports.js";
import { startReceiver } from "./receive/receive.js";
import { createRedactor } from "./redact/redact.js";
import { createMetrics } from "./serve/metrics.js";
import { startServer } from "./serve/serve.js";
import { spoolDirectory } from "./spool/spool-directory.js";
import { openSpool, type Spool } from "./spool/spool.js";
import { createStoreClient, type StoreClient } from "./store/client.js";
import { createInteractionQueries } from "./store/interaction-queries.js";
import { openWalks, storeSink, walkNames, type Walk } from "./walks.js";

export interface HouseOptions {
  readonly config: Config;
  /** Folder of the spool and of the embedded store. */
  readonly dataDirectory: string;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly version: string;
}

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

function readinessOf(
  config: Config,
  storeProblem: () => string | undefined,
  spool: Spool,
  walks: readonly Walk[],
): readonly Readiness[] {
  const names = walkNames(config);
  return [
    { name: "store", problem: storeProblem },
    { name: "spool", problem: () => spool.pressure() },
    ...names.map((name) => ({
      name,
      problem: () => walks.find((walk) => walk.name === name)?.worker.failure,
    })),
  ];
}
