import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { checkBinding } from "../kernel/binding.js";
import type { Clock } from "../kernel/clock.js";
import { readTls } from "../kernel/tls.js";
import { countEnded } from "./ended-connections.js";
import { HttpExchange, type ExchangeOptions } from "./http-exchange.js";
import { listen } from "./listen.js";
import { openSockets } from "./open-sockets.js";
import type { OtlpServer } from "./otlp-server.js";

const setting = "receivers.otlp.protocols.http";
const timeoutCheck = 1_000;

/** OTLP over HTTP. @throws CalibrantError PORT_IN_USE, BIND_REFUSED or CONFIG_INVALID */
export async function startHttpServer(
  options: ExchangeOptions & { readonly clock: Clock },
): Promise<OtlpServer> {
  const { config, admission, clock } = options;
  const { endpoint, tls, insecure_allow_remote: insecureAllowRemote } = config;
  const keys = admission.required;
  checkBinding({ endpoint, setting, keys, tls: tls !== undefined, insecureAllowRemote });
  const exchange = new HttpExchange(options);
  const limits = {
    headersTimeout: config.header_timeout,
    // Bodies are timed where they are read, so that a late one is answered and counted as such.
    requestTimeout: 0,
    keepAliveTimeout: config.keep_alive_timeout,
    connectionsCheckingInterval: timeoutCheck,
    noDelay: true,
  };
  const server =
    tls === undefined
      ? createServer(limits)
      : createTlsServer({
          ...limits,
          ...readTls(tls, `${setting}.tls`),
          handshakeTimeout: config.header_timeout,
        });
  server.maxConnections = config.max_connections;
  countEnded(server, { ...options, protocol: "http" });
  const sockets = openSockets(server);
  server.on("request", (request, response) => void exchange.serve(request, response, false));
  server.on("checkContinue", (request, response) => void exchange.serve(request, response, true));
  const address = await listen(server, endpoint, setting);
  return {
    address,
    stop: async () => {
      exchange.stopping = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const limit = new AbortController();
      await Promise.race([closed, clock.sleep(config.stop_timeout, limit.signal)]);
      limit.abort();
      sockets.destroyAll();
      await closed;
    },
  };
}
