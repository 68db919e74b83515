import { connect } from "node:net";
import { constants } from "node:http2";
import { gzipSync } from "node:zlib";
import { status as codes } from "@grpc/grpc-js";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { grpcClient, tracesPath } from "../support/grpc-client.js";
import { wireRequest } from "../support/otlp-samples.js";
import { framed, rawGrpc } from "../support/raw-grpc.js";
import { testReceiver } from "../support/test-receiver.js";
import { until } from "../support/until.js";

const sound = wireRequest({});
const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

/** Sends the bytes, ends its side and resolves when the connection is closed. */
function throwAt(port: number, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.on("error", () => undefined);
    socket.once("close", () => resolve());
    socket.resume();
    // A server may keep a connection that is half closed until it is idle for too long.
    socket.end(bytes, () => socket.destroy());
  });
}

describe("hostile clients of gRPC", () => {
  it("get an answer to any message, framed and compressed in any way", async () => {
    const receiver = await testReceiver({ grpc: { max_message_size: 1_000 } });
    const { call } = rawGrpc(receiver.grpc);
    const possible: readonly number[] = [
      codes.OK,
      codes.INVALID_ARGUMENT,
      codes.RESOURCE_EXHAUSTED,
      codes.UNIMPLEMENTED,
      codes.INTERNAL,
    ];
    const bytes = fc.uint8Array({ maxLength: 200 });
    const compressed = fc.oneof(
      bytes,
      bytes.map((plain) => new Uint8Array(gzipSync(plain))),
    );
    const announced = fc.option(fc.nat({ max: 2 ** 32 - 1 }), { nil: undefined });
    const encodings = fc.constantFrom("identity", "gzip", "deflate", "zstd", "__proto__");
    await fc.assert(
      fc.asyncProperty(
        compressed,
        fc.boolean(),
        announced,
        encodings,
        async (message, flag, length, encoding) => {
          const { stream, answer } = call({ "grpc-encoding": encoding });
          stream.end(framed(message, flag, length ?? message.length));
          expect(possible).toContain((await answer).code);
        },
      ),
      { numRuns: 200 },
    );
    await until("the memory to be free", async () => {
      return (await receiver.metrics.value("calibrant.receive.held_bytes")) === 0;
    });
    expect((await grpcClient(receiver.grpc).export(sound)).code).toBe(codes.OK);
  });

  it("do no harm with bytes that are no HTTP/2", async () => {
    const receiver = await testReceiver();
    const port = Number(receiver.grpc.split(":").at(-1));
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.uint8Array({ maxLength: 300 }), async (opens, bytes) => {
        await throwAt(port, opens ? Buffer.concat([preface, bytes]) : bytes);
      }),
      { numRuns: 50 },
    );
    expect((await grpcClient(receiver.grpc).export(sound)).code).toBe(codes.OK);
  });

  it("cannot make many small messages into more memory than there is", async () => {
    const memory = 8 * 1024 ** 2;
    const size = 2 * 1024 ** 2;
    const receiver = await testReceiver({ http: { memory }, grpc: { max_message_size: size } });
    const bomb = gzipSync(Buffer.alloc(size));
    expect(bomb.length).toBeLessThan(5_000);
    const { call } = rawGrpc(receiver.grpc);
    const answers = Array.from({ length: 50 }, () => {
      const { stream, answer } = call({ "grpc-encoding": "gzip" });
      stream.end(framed(bomb, true));
      return answer;
    });
    const look = async (): Promise<number> => {
      const held = await receiver.metrics.value("calibrant.receive.held_bytes");
      return held > memory ? held : 0;
    };
    const excesses: Promise<number>[] = [];
    const watch = setInterval(() => excesses.push(look()), 1);
    const expected = new Set<number>([codes.INVALID_ARGUMENT, codes.UNAVAILABLE]);
    const others = (await Promise.all(answers)).filter(({ code }) => !expected.has(code));
    clearInterval(watch);
    expect(others).toEqual([]);
    expect(Math.max(0, ...(await Promise.all(excesses)))).toBe(0);
    expect(await receiver.metrics.value("calibrant.receive.held_bytes")).toBe(0);
  });

  it("that open calls and reset them at once leave the door open for others", async () => {
    const receiver = await testReceiver();
    const { session } = rawGrpc(receiver.grpc);
    for (let opened = 0; opened < 2_000 && !session.destroyed; opened++) {
      const stream = session.request({ ":method": "POST", ":path": tracesPath });
      stream.on("error", () => undefined);
      stream.close(constants.NGHTTP2_CANCEL);
    }
    expect((await grpcClient(receiver.grpc).export(sound)).code).toBe(codes.OK);
    session.destroy();
    await until("the memory to be free", async () => {
      return (await receiver.metrics.value("calibrant.receive.held_bytes")) === 0;
    });
  });
});
