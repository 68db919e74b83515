import { isIPv4 } from "node:net";
import type { Endpoint } from "./config-values.js";
import { CalibrantError } from "./errors.js";

/** Where a server is to listen, and what protects it. */
export interface Binding {
  readonly endpoint: Endpoint;
  /** The path of the server's settings, such as `extensions.web`. */
  readonly setting: string;
  /** API keys are configured. */
  readonly keys: boolean;
  readonly tls: boolean;
  /** The operator says that a proxy is in front. */
  readonly insecureAllowRemote: boolean;
}

/**
 * Refuses an address that other machines can reach unless clients need a key and the connection
 * is encrypted.
 * @throws CalibrantError BIND_REFUSED
 */
export function checkBinding(binding: Binding): void {
  const { endpoint, setting, keys, tls, insecureAllowRemote } = binding;
  const { host } = endpoint;
  if (isLoopback(host) || insecureAllowRemote || (keys && tls)) return;
  const missing = [
    ...(keys ? [] : ["API keys (extensions.keys)"]),
    ...(tls ? [] : [`TLS (${setting}.tls)`]),
  ];
  throw new CalibrantError(
    "BIND_REFUSED",
    `${setting}.endpoint: ${host} is not a loopback address, so it needs ${missing.join(" and ")}. Listen on 127.0.0.1 behind a proxy that authenticates and encrypts, or set ${setting}.insecure_allow_remote: true to say that such a proxy is in front.`,
  );
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
}
