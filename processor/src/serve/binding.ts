import { isIP } from "node:net";
import { CalibrantError } from "../kernel/errors.js";
import type { ServeConfig } from "./serve-config.js";

/**
 * Refuses an address that other machines can reach: nobody is asked who they are yet.
 * @throws CalibrantError BIND_REFUSED
 */
export function checkBinding(config: ServeConfig): void {
  const { host } = config.endpoint;
  if (isLoopback(host) || config.insecure_allow_remote) return;
  throw new CalibrantError(
    "BIND_REFUSED",
    `${host} is not a loopback address. Listen on 127.0.0.1 behind a proxy that authenticates, ` +
      "or set insecure_allow_remote: true to say that such a proxy is in front.",
  );
}

function isLoopback(host: string): boolean {
  if (isIP(host) === 4) return host.startsWith("127.");
  return host === "localhost" || host === "::1";
}

/**
 * Whether a Host header names this server. A page of another site that has its name point to
 * 127.0.0.1 (DNS rebinding) still sends its own name here, and is refused by it.
 */
export function answersFor(config: ServeConfig): (hostHeader: string | undefined) => boolean {
  const names = new Set(
    ["localhost", "127.0.0.1", "::1", config.endpoint.host, ...config.allowed_hosts].map((name) =>
      name.toLowerCase(),
    ),
  );
  return (hostHeader) => {
    const match = /^(?:\[([0-9a-f:]+)\]|([^:[\]]+))(?::\d{1,5})?$/i.exec(hostHeader ?? "");
    return names.has((match?.[1] ?? match?.[2] ?? "").toLowerCase());
  };
}
