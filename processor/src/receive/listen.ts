import { isIPv4, type AddressInfo, type Server } from "node:net";
import type { Endpoint } from "../kernel/config-values.js";
import { CalibrantError } from "../kernel/errors.js";

/**
 * @param setting the path of the endpoint's setting
 * @throws CalibrantError BIND_REFUSED for an address that is not loopback
 */
export function requireLoopback({ host }: Endpoint, setting: string): void {
  const loopback =
    host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
  if (loopback) return;
  throw new CalibrantError(
    "BIND_REFUSED",
    `${setting}: ${host} is not a loopback address. The receiver asks nobody for a key, so it listens on 127.0.0.1 only; put a Collector or a proxy with authentication in front of it.`,
  );
}

/** Listens, and answers `host:port`. @throws CalibrantError PORT_IN_USE */
export function listen(server: Server, { host, port }: Endpoint, setting: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      reject(
        error.code === "EADDRINUSE"
          ? new CalibrantError(
              "PORT_IN_USE",
              `port ${port} on ${host} is taken; set ${setting} to another one`,
              { cause: error },
            )
          : error,
      );
    };
    server.once("error", onError);
    server.listen({ host, port }, () => {
      server.off("error", onError);
      const address = server.address() as AddressInfo;
      const name = address.family === "IPv6" ? `[${address.address}]` : address.address;
      resolve(`${name}:${address.port}`);
    });
  });
}
