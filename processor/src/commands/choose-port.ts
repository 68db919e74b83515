import { createServer } from "node:net";

/**
 * The port when it is free on loopback; otherwise 0, for any free one, and a line that says so.
 * @param use what the port is for, in words
 */
export async function choosePort(
  port: number,
  note: (line: string) => void,
  use: string,
): Promise<number> {
  if (await isFree(port)) return port;
  note(`Port ${port} (${use}) is in use by another program; a free one is taken instead.`);
  return 0;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}
