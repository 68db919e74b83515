import type { IncomingHttpHeaders } from "node:http";
import { connect, type ClientHttp2Session, type ClientHttp2Stream } from "node:http2";
import { onTestFinished } from "vitest";
import { tracesPath } from "./grpc-client.js";

export interface RawCall {
  readonly stream: ClientHttp2Stream;
  /** Resolves with the status and the text that the trailers or the headers hold. */
  readonly answer: Promise<{ readonly code: number; readonly details: string }>;
}

export interface RawGrpc {
  readonly session: ClientHttp2Session;
  /** Opens a call without sending anything but headers. */
  readonly call: (headers?: Readonly<Record<string, string>>) => RawCall;
  /** Resolves when the server has ended the connection. */
  readonly closed: Promise<void>;
}

/** A gRPC message as it goes over the wire. */
export function framed(message: Uint8Array, compressed = false, length = message.length): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(compressed ? 1 : 0, 0);
  prefix.writeUInt32BE(length, 1);
  return Buffer.concat([prefix, message]);
}

/** gRPC by hand, for what a sound client never does; ended when the test has finished. */
export function rawGrpc(address: string): RawGrpc {
  const session = connect(`http://${address}`);
  onTestFinished(() => session.destroy());
  // A reset closes the connection as well, which is what the tests look at.
  session.on("error", () => undefined);
  const closed = new Promise<void>((resolve) => session.once("close", resolve));
  return {
    session,
    closed,
    call: (headers = {}) => {
      const stream = session.request({
        ":method": "POST",
        ":path": tracesPath,
        "content-type": "application/grpc",
        te: "trailers",
        ...headers,
      });
      const answer = new Promise<{ code: number; details: string }>((resolve, reject) => {
        const look = (found: Readonly<IncomingHttpHeaders>): void => {
          const code = found["grpc-status"];
          if (code === undefined) return;
          const details = decodeURIComponent(String(found["grpc-message"]));
          resolve({ code: Number(code), details });
        };
        stream.on("response", look);
        stream.on("trailers", look);
        stream.on("close", () => reject(new Error("the call ended without a status")));
      });
      answer.catch(() => undefined);
      stream.on("error", () => undefined);
      stream.resume();
      return { stream, answer };
    },
  };
}
