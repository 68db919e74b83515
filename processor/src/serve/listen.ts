import type { Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { createAdaptorServer } from "@hono/node-server";
import type { Hono } from "hono";
import { CalibrantError } from "../kernel/errors.js";
import { readTls } from "../kernel/tls.js";
import type { ServeConfig } from "./serve-config.js";

export interface Listening {
  readonly host: string;
  /** The port that was asked for, or the one that the system gave for 0. */
  readonly port: number;
  /** Lets requests under way end, for `stop_timeout` at most. */
  stop(): Promise<void>;
}

/** @throws CalibrantError PORT_IN_USE, or CONFIG_INVALID for files of TLS that do not fit */
export async function listen(app: Hono, config: ServeConfig): Promise<Listening> {
  const { host, port } = config.endpoint;
  const limits = {
    requestTimeout: config.request_timeout,
    headersTimeout: config.request_timeout,
    keepAliveTimeout: 5_000,
    maxHeaderSize: 16 * 1024,
  };
  const shared = { fetch: app.fetch, overrideGlobalObjects: false };
  const server = createAdaptorServer(
    config.tls === undefined
      ? { ...shared, serverOptions: limits }
      : {
          ...shared,
          createServer: createTlsServer,
          serverOptions: {
            ...limits,
            ...readTls(config.tls, "extensions.web.tls"),
            handshakeTimeout: config.request_timeout,
          },
        },
  ) as Server;
  server.maxConnections = config.max_connections;
  await started(server, host, port);
  const address = server.address();
  return {
    host,
    port: typeof address === "object" && address !== null ? address.port : port,
    stop: () => stopped(server, config.stop_timeout),
  };
}

function started(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE";
      const message = `Port ${port} on ${host} is taken; name another one in extensions.web.endpoint.`;
      reject(taken ? new CalibrantError("PORT_IN_USE", message, { cause: error }) : error);
    });
    server.listen(port, host, resolve);
  });
}

function stopped(server: Server, timeout: number): Promise<void> {
  return new Promise((resolve) => {
    const hurry = setTimeout(() => server.closeAllConnections(), timeout);
    server.close(() => {
      clearTimeout(hurry);
      resolve();
    });
    server.closeIdleConnections();
  });
}
