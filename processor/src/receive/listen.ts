import type { AddressInfo, Server } from "node:net";
import type { Endpoint } from "../kernel/config-values.js";
import { CalibrantError } from "../kernel/errors.js";

/**
 * Listens, and answers `host:port`.
 * @param setting the path of the server's settings
 * @throws CalibrantError PORT_IN_USE
 */
export function listen(server: Server, { host, port }: Endpoint, setting: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      reject(
        error.code === "EADDRINUSE"
          ? new CalibrantError(
              "PORT_IN_USE",
              `port ${port} on ${host} is taken; set ${setting}.endpoint to another one`,
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
