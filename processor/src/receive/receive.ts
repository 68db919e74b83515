import type { Meter } from "@opentelemetry/api";
import type { Clock } from "../kernel/clock.js";
import type { Logger } from "../kernel/logger.js";
import { MemoryPool } from "../kernel/memory-pool.js";
import type { Admission, Decoder, Intake, Pressure } from "../model/ports.js";
import { ByteBudget } from "./byte-budget.js";
import { startGrpcServer } from "./grpc-server.js";
import { startHttpServer } from "./http-server.js";
import { OtlpHandler } from "./otlp-handler.js";
import type { OtlpServer } from "./otlp-server.js";
import type { MetricsPolicy, ReceiveConfig } from "./receive-config.js";
import { receiveTelemetry } from "./receive-telemetry.js";
import type { Signal } from "./routes.js";

export interface ReceiverOptions {
  readonly config: ReceiveConfig;
  readonly metrics: MetricsPolicy;
  readonly decoder: Decoder;
  readonly admission: Admission;
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
  /** `host:port` of OTLP/gRPC; undefined when it is switched off. */
  readonly grpcAddress: string | undefined;
  /** Takes no more requests; resolves when those under way are answered or their time is over. */
  stop(): Promise<void>;
}

/**
 * Listens for OTLP over HTTP and gRPC: traces, logs and metrics. A request is answered with
 * success when its rows are durable. Both protocols share the memory for requests under way.
 * @throws CalibrantError PORT_IN_USE, BIND_REFUSED or CONFIG_INVALID
 */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const {
    config,
    decoder,
    admission,
    intake,
    pressure,
    clock,
    logger,
    meter,
    random = Math.random,
  } = options;
  const budget = new ByteBudget(config.http.memory, clock);
  const telemetry = receiveTelemetry(meter, () => budget.used);
  const handler = new OtlpHandler({ decoder, intake, telemetry });
  const signals: readonly Signal[] =
    options.metrics === "accept" ? ["traces", "logs", "metrics"] : ["traces", "logs"];
  const shared = {
    signals,
    handler,
    admission,
    pressure,
    budget,
    pool: new MemoryPool(),
    telemetry,
    logger,
    clock,
    random,
  };
  const servers: OtlpServer[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.stop()));
    telemetry.close();
  };
  try {
    const http = await startHttpServer({ ...shared, config: config.http });
    servers.push(http);
    logger.info({ address: http.address }, "OTLP/HTTP receiver started");
    const { endpoint } = config.grpc;
    if (endpoint === null) return { address: http.address, grpcAddress: undefined, stop };
    const grpc = await startGrpcServer({ ...shared, config: config.grpc, endpoint });
    servers.push(grpc);
    logger.info({ address: grpc.address }, "OTLP/gRPC receiver started");
    return { address: http.address, grpcAddress: grpc.address, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
