import { createServer, type Socket } from "node:net";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import type { Clock } from "../kernel/clock.js";
import type { Endpoint } from "../kernel/config-values.js";
import { GrpcExchange, type GrpcExchangeOptions } from "./grpc-exchange.js";
import { serviceOf } from "./grpc-services.js";
import { listen, requireLoopback } from "./listen.js";
import type { OtlpServer } from "./otlp-server.js";

const setting = "receivers.otlp.protocols.grpc.endpoint";

export interface GrpcServerOptions extends GrpcExchangeOptions {
  readonly endpoint: Endpoint;
  readonly clock: Clock;
}

/**
 * OTLP over gRPC. Connections are accepted here and handed to grpc-js, which by itself bounds
 * neither their number nor the versions of TLS.
 * @throws CalibrantError PORT_IN_USE or BIND_REFUSED
 */
export async function startGrpcServer(options: GrpcServerOptions): Promise<OtlpServer> {
  const { config, endpoint, clock } = options;
  requireLoopback(endpoint, setting);
  const exchange = new GrpcExchange(options);
  const grpc = new Server({
    "grpc.max_receive_message_length": config.max_message_size,
    "grpc.max_concurrent_streams": config.max_concurrent_streams,
    "grpc.max_connection_idle_ms": config.idle_timeout,
    "grpc.keepalive_time_ms": config.keepalive_time,
    "grpc.keepalive_timeout_ms": config.keepalive_timeout,
    "grpc.enable_channelz": 0,
    interceptors: [({ path }, call) => exchange.intercept(path, call)],
  });
  for (const signal of ["traces", "logs", "metrics"] as const) {
    grpc.addService(serviceOf(signal), { Export: exchange.methodOf(signal) });
  }
  const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure());

  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    injector.injectConnection(socket);
  });
  server.maxConnections = config.max_connections;
  const address = await listen(server, endpoint, setting);
  return {
    address,
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      grpc.tryShutdown(() => undefined);
      const limit = new AbortController();
      await Promise.race([closed, clock.sleep(config.stop_timeout, limit.signal)]);
      limit.abort();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
