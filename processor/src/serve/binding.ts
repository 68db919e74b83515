import type { ServeConfig } from "./serve-config.js";

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
