import { once } from "node:events";
import { gzipSync } from "node:zlib";
import { status as codes } from "@grpc/grpc-js";
import { describe, expect, it } from "vitest";
import { grpcClient } from "../support/grpc-client.js";
import { heldBytes, portOf } from "../support/grpc-receiver.js";
import { wireRequest } from "../support/otlp-samples.js";
import { framed, rawGrpc } from "../support/raw-grpc.js";
import { rawConnection } from "../support/raw-http.js";
import { testReceiver } from "../support/test-receiver.js";
import { until } from "../support/until.js";

const sound = wireRequest({});

describe("calls that a sound client never makes", () => {
  it("end with a message that is not complete", async () => {
    const receiver = await testReceiver();
    const { stream, answer } = rawGrpc(receiver.grpc).call();
    stream.end(framed(sound, false, sound.length + 1));
    expect(await answer).toEqual({
      code: codes.INVALID_ARGUMENT,
      details: "REQUEST_MALFORMED: the call ended before its message was complete",
    });
    expect(await heldBytes(receiver)).toBe(0);
  });

  it("send a second message", async () => {
    const receiver = await testReceiver();
    const { stream, answer } = rawGrpc(receiver.grpc).call();
    stream.end(Buffer.concat([framed(sound), framed(sound)]));
    expect(await answer).toEqual({
      code: codes.INVALID_ARGUMENT,
      details: "REQUEST_MALFORMED: more than one message was sent",
    });
    expect(receiver.rows("otel.otel_traces")).toEqual([]);
    await until("the memory to be free", async () => (await heldBytes(receiver)) === 0);
  });

  it.each([
    ["that is none", Buffer.from("no gzip")],
    ["that is cut off", gzipSync(sound).subarray(0, -9)],
  ])("send gzip %s", async (_, message) => {
    const receiver = await testReceiver();
    const { stream, answer } = rawGrpc(receiver.grpc).call({ "grpc-encoding": "gzip" });
    stream.end(framed(message, true));
    const { code, details } = await answer;
    expect(code).toBe(codes.INVALID_ARGUMENT);
    expect(details).toMatch(/^REQUEST_MALFORMED: the body is not gzip/);
    await until("the memory to be free", async () => (await heldBytes(receiver)) === 0);
  });

  it.each([
    [2, "gzip", "a message is marked 2; 0 and 1 are known"],
    [255, "identity", "a message is marked 255; 0 and 1 are known"],
    [1, "identity", "the message is marked as compressed, but the call names no compression"],
  ])("mark a message with %i beside %s", async (flag, encoding, reason) => {
    const receiver = await testReceiver();
    const { stream, answer } = rawGrpc(receiver.grpc).call({ "grpc-encoding": encoding });
    const message = framed(sound);
    message.writeUInt8(flag, 0);
    stream.end(message);
    const details = `REQUEST_MALFORMED: ${reason}`;
    expect(await answer).toEqual({ code: codes.INTERNAL, details });
    expect(receiver.rows("otel.otel_traces")).toEqual([]);
    const counted = { protocol: "grpc", status: codes.INTERNAL };
    expect(await receiver.metrics.value("calibrant.receive.requests", counted)).toBe(1);
  });

  it("name a compression that is not known", async () => {
    const receiver = await testReceiver();
    const { answer } = rawGrpc(receiver.grpc).call({ "grpc-encoding": "snappy" });
    expect(await answer).toMatchObject({
      code: codes.UNIMPLEMENTED,
      details: expect.stringContaining('content encoding "snappy" is not supported') as string,
    });
  });

  it("announce more than is allowed, and are refused before they send it", async () => {
    const receiver = await testReceiver({ grpc: { max_message_size: 10_000 } });
    const { stream, answer } = rawGrpc(receiver.grpc).call();
    stream.write(framed(Buffer.alloc(0), false, 10_001));
    expect((await answer).code).toBe(codes.RESOURCE_EXHAUSTED);
  });

  it("are no gRPC", async () => {
    const receiver = await testReceiver();
    const { session } = rawGrpc(receiver.grpc);
    const stream = session.request({ ":path": "/v1/traces" });
    const [headers] = (await once(stream, "response")) as [Record<string, unknown>];
    expect(headers[":status"]).toBe(415);
    const garbage = await rawConnection(portOf(receiver));
    garbage.send("GET / HTTP/1.1\r\nhost: test\r\n\r\n");
    await garbage.closed;
    expect((await grpcClient(receiver.grpc).export(sound)).code).toBe(codes.OK);
  });
});
