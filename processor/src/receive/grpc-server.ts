import { createServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { checkBinding } from "../kernel/binding.js";
import type { Clock } from "../kernel/clock.js";
import type { Endpoint } from "../kernel/config-values.js";
import { readTls } from "../kernel/tls.js";
import { countEnded } from "./ended-connections.js";
import { GrpcExchange, type GrpcExchangeOptions } from "./grpc-exchange.js";
import { serviceOf } from "./grpc-services.js";
import { boundSocket } from "./grpc-socket.js";
import { listen } from "./listen.js";
import { openSockets } from "./open-sockets.js";
import type { OtlpServer } from "./otlp-server.js";

const setting = "receivers.otlp.protocols.grpc";

export interface GrpcServerOptions extends GrpcExchangeOptions {
  readonly endpoint: Endpoint;
  readonly clock: Clock;
}

/**
 * OTLP over gRPC. Connections are accepted here and handed to grpc-js, which by itself bounds
 * neither their number nor the versions of TLS.
 * @throws CalibrantError PORT_IN_USE, BIND_REFUSED or CONFIG_INVALID
 */
export async function startGrpcServer(options: GrpcServerOptions): Promise<OtlpServer> {
  const { config, endpoint, admission, clock } = options;
  const { tls, insecure_allow_remote: insecureAllowRemote } = config;
  const keys = admission.required;
  checkBinding({ endpoint, setting, keys, tls: tls !== undefined, insecureAllowRemote });
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
  for (const signal of options.signals) {
    grpc.addService(serviceOf(signal), { Export: exchange.methodOf(signal) });
  }
  const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure());

  const inject = (socket: Socket): void => {
    boundSocket(socket, config.handshake_timeout, late);
    injector.injectConnection(socket);
  };
  const server =
    tls === undefined
      ? createServer({ noDelay: true }, inject)
      : createTlsServer(
          {
            ...readTls(tls, `${setting}.tls`),
            ALPNProtocols: ["h2"],
            noDelay: true,
            handshakeTimeout: config.handshake_timeout,
          },
          inject,
        );
  // Node itself only tells of a client that does not come to an end with TLS.
  server.on("tlsClientError", (_, socket: Socket) => socket.destroy());
  const late = countEnded(server, { ...options, protocol: "grpc" });
  const sockets = openSockets(server);
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
      sockets.destroyAll();
      await closed;
    },
  };
}
