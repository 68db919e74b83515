import { createServer } from "node:http";
import type { Meter } from "@opentelemetry/api";
import type { Clock } from "../kernel/clock.js";
import type { Logger } from "../kernel/logger.js";
import type { Decoder, Intake, Pressure } from "../model/ports.js";
import { ByteBudget } from "./byte-budget.js";
import { HttpExchange } from "./http-exchange.js";
import { listen, requireLoopback } from "./listen.js";
import { OtlpHandler } from "./otlp-handler.js";
import type { ReceiveConfig } from "./receive-config.js";
import { receiveTelemetry } from "./receive-telemetry.js";

export interface ReceiverOptions {
  readonly config: ReceiveConfig;
  readonly decoder: Decoder;
  readonly intake: Intake;
  readonly pressure: Pressure;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: Meter;
  /** Spreads Retry-After; in [0, 1). */
  readonly random?: () => number;
}

export interface Receiver {
  /** `host:port` of OTLP/HTTP. */
  readonly address: string;
  /** Takes no more requests; resolves when those under way are answered or their time is over. */
  stop(): Promise<void>;
}

const timeoutCheck = 1_000;

/**
 * Listens for OTLP/HTTP: traces, logs and metrics in protobuf and JSON. A request is answered with
 * 200 when its rows are durable.
 * @throws CalibrantError PORT_IN_USE or BIND_REFUSED
 */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const { decoder, intake, pressure, clock, logger, meter, random = Math.random } = options;
  const config = options.config.http;
  requireLoopback(config.endpoint);

  const budget = new ByteBudget(config.memory);
  const telemetry = receiveTelemetry(meter, () => budget.used);
  const handler = new OtlpHandler({ decoder, intake, telemetry });
  const exchange = new HttpExchange({
    config,
    handler,
    pressure,
    budget,
    telemetry,
    logger,
    random,
  });

  const server = createServer({
    headersTimeout: config.header_timeout,
    requestTimeout: config.request_timeout,
    keepAliveTimeout: config.keep_alive_timeout,
    connectionsCheckingInterval: timeoutCheck,
    noDelay: true,
  });
  server.maxConnections = config.max_connections;
  server.on("request", (request, response) => void exchange.serve(request, response, false));
  server.on("checkContinue", (request, response) => void exchange.serve(request, response, true));
  const address = await listen(server, config.endpoint);
  logger.info({ address }, "OTLP/HTTP receiver started");

  return {
    address,
    stop: async () => {
      exchange.stopping = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const limit = new AbortController();
      await Promise.race([closed, clock.sleep(config.stop_timeout, limit.signal)]);
      limit.abort();
      server.closeAllConnections();
      await closed;
      telemetry.close();
    },
  };
}
