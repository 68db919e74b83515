import { errorMonitor, type EventEmitter } from "node:events";
import type { Server } from "node:net";
import type { Logger } from "../kernel/logger.js";
import type { Protocol, ReceiveTelemetry } from "./receive-telemetry.js";

const timeouts: ReadonlySet<string | undefined> = new Set([
  "ERR_HTTP_REQUEST_TIMEOUT",
  "ERR_TLS_HANDSHAKE_TIMEOUT",
]);

export interface EndedOptions {
  readonly protocol: Protocol;
  readonly telemetry: ReceiveTelemetry;
  readonly logger: Logger;
}

/**
 * Counts and logs the connections that a server ends without a request: beyond its limit, or
 * because the client did not begin in time.
 * @returns to be called for a timeout that is not the server's own
 */
export function countEnded(server: Server, options: EndedOptions): () => void {
  const { protocol, telemetry, logger } = options;
  const ended = (reason: "limit" | "timeout"): void => {
    telemetry.connectionEnded(protocol, reason);
    logger.debug({ protocol, reason }, "a connection was ended");
  };
  const look = (error: NodeJS.ErrnoException): void => {
    if (timeouts.has(error.code)) ended("timeout");
  };
  const watch = (socket: EventEmitter): void => void socket.once(errorMonitor, look);
  server.on("drop", () => ended("limit"));
  server.on("connection", watch).on("secureConnection", watch).on("tlsClientError", look);
  return () => ended("timeout");
}
