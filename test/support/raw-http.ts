import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export interface RawConnection {
  readonly socket: Socket;
  /** All that has come so far. */
  readonly received: string;
  send(data: string | Uint8Array): void;
  /** Resolves when the text has come; rejects when the connection ends without it. */
  sees(text: string): Promise<void>;
  /** Resolves when the other side has closed the connection. */
  readonly closed: Promise<void>;
}

/**
 * A TCP connection to a port of this machine, ended when the test has finished.
 * @param options `allowHalfOpen`: it stays open when the other side has ended its half
 */
export async function rawConnection(
  port: number,
  options: { readonly allowHalfOpen?: boolean } = {},
): Promise<RawConnection> {
  const socket = connect({ host: "127.0.0.1", port, ...options });
  onTestFinished(() => {
    socket.destroy();
  });
  let received = "";
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const check of waiting) check();
  };
  socket.on("data", (piece: Buffer) => {
    received += piece.toString("latin1");
    wake();
  });
  // A reset closes the connection as well, which is what the tests look at.
  socket.on("error", wake);
  const closed = new Promise<void>((resolve) => {
    socket.once("close", () => {
      resolve();
      wake();
    });
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  return {
    socket,
    closed,
    get received() {
      return received;
    },
    send: (data) => {
      socket.write(data);
    },
    sees: (text) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (received.includes(text)) resolve();
          else if (socket.destroyed) reject(new Error(`closed after ${JSON.stringify(received)}`));
          else return;
          waiting.delete(check);
        };
        waiting.add(check);
        check();
      }),
  };
}
