import { randomInt } from "node:crypto";
import { createServer, type AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/**
 * Below the ports that systems give to outgoing connections, of which the tests make thousands:
 * one of those could take a port before the program under test does.
 */
const [lowest, highest] = [15_000, 32_000];
const given = new Set<number>();

/** A port on loopback that was free a moment ago, and that nobody in this process was given. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(lowest, highest);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/** A port on loopback that somebody listens on until the test has finished. */
export async function takenPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
  });
  return (server.address() as AddressInfo).port;
}
