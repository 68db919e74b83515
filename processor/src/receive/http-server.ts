import { createServer } from "node:http";
import type { Clock } from "../kernel/clock.js";
import { HttpExchange, type ExchangeOptions } from "./http-exchange.js";
import { listen, requireLoopback } from "./listen.js";
import type { OtlpServer } from "./otlp-server.js";

const setting = "receivers.otlp.protocols.http.endpoint";
const timeoutCheck = 1_000;

/** OTLP over HTTP. @throws CalibrantError PORT_IN_USE or BIND_REFUSED */
export async function startHttpServer(
  options: ExchangeOptions & { readonly clock: Clock },
): Promise<OtlpServer> {
  const { config, clock } = options;
  requireLoopback(config.endpoint, setting);
  const exchange = new HttpExchange(options);
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
  const address = await listen(server, config.endpoint, setting);
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
    },
  };
}
