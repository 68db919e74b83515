import { once } from "node:events";
import { constants } from "node:http2";
import { connect as connectTls } from "node:tls";
import { status as codes } from "@grpc/grpc-js";
import { describe, expect, it, onTestFinished } from "vitest";
import { heldIntake } from "../support/held-intake.js";
import { grpcClient } from "../support/grpc-client.js";
import { endedConnections, heldBytes, portOf } from "../support/grpc-receiver.js";
import { wireRequest } from "../support/otlp-samples.js";
import { framed, rawGrpc } from "../support/raw-grpc.js";
import { rawConnection } from "../support/raw-http.js";
import { testReceiver } from "../support/test-receiver.js";
import { authority, serverFiles } from "../support/tls-files.js";
import { until } from "../support/until.js";

const sound = wireRequest({});
const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const settingsFrame = 4;

/** A frame of HTTP/2 of the whole connection, without content. */
function frameHead(type: number, flags = 0): Buffer {
  return Buffer.from([0, 0, 0, type, flags, 0, 0, 0, 0]);
}

describe("connections", () => {
  it("that send too slowly are refused, while others are served", async () => {
    const receiver = await testReceiver({ grpc: { request_timeout: 1_000 } });
    const raw = rawGrpc(receiver.grpc);
    const slow = [raw.call(), raw.call()];
    slow[0]?.stream.write(framed(sound).subarray(0, 20));
    expect((await grpcClient(receiver.grpc).export(sound)).code).toBe(codes.OK);
    for (const { answer } of slow) {
      expect(await answer).toEqual({
        code: codes.DEADLINE_EXCEEDED,
        details:
          "REQUEST_TIMEOUT: the message did not arrive within 1000 ms (grpc.request_timeout)",
      });
    }
    // What came is held until the stream is closed.
    await until("the memory to be free", async () => (await heldBytes(receiver)) === 0);
  });

  it("that end within a message leave nothing behind", async () => {
    const receiver = await testReceiver();
    const { session, call } = rawGrpc(receiver.grpc);
    call().stream.write(framed(sound).subarray(0, 20));
    await until("the bytes to be held", async () => (await heldBytes(receiver)) === 15);
    session.destroy();
    await until("the bytes to be free", async () => (await heldBytes(receiver)) === 0);
    const cancelled = { protocol: "grpc", status: codes.CANCELLED };
    expect(await receiver.metrics.value("calibrant.receive.requests", cancelled)).toBe(1);
  });

  it("of a client that gives up are let go, and what is stored stays", async () => {
    const { append, arrived, open } = heldIntake();
    const receiver = await testReceiver({ append });
    const { stream } = rawGrpc(receiver.grpc).call();
    stream.end(framed(sound));
    await until("the call to be under way", arrived);
    stream.close(constants.NGHTTP2_CANCEL);
    const cancelled = { protocol: "grpc", status: codes.CANCELLED };
    await until("the call to be given up", async () => {
      return (await receiver.metrics.value("calibrant.receive.requests", cancelled)) === 1;
    });
    expect(await heldBytes(receiver)).toBeGreaterThan(0);
    open();
    await until("the memory to be free", async () => (await heldBytes(receiver)) === 0);
    expect(receiver.rows("otel.otel_traces")).toHaveLength(1);
    expect(await receiver.metrics.value("calibrant.receive.requests")).toBe(1);
  });

  it.each([
    ["nothing", ""],
    ["a part of the preface", preface.slice(0, 10)],
    ["the bare preface", preface],
  ])("that open with %s are ended in time, while others go on", async (_, opening) => {
    const receiver = await testReceiver({ grpc: { handshake_timeout: 300 } });
    const session = rawGrpc(receiver.grpc);
    await once(session.session, "remoteSettings");
    const silent = await rawConnection(portOf(receiver));
    silent.send(opening);
    await silent.closed;
    const { stream, answer } = session.call();
    stream.end(framed(sound));
    expect((await answer).code).toBe(codes.OK);
    expect(await endedConnections(receiver, "timeout")).toBe(1);
  });

  it("over TLS that do not open HTTP/2 are ended in time", async () => {
    const receiver = await testReceiver({ grpc: { handshake_timeout: 300, tls: serverFiles } });
    const port = portOf(receiver);
    const silent = await rawConnection(port);
    const ALPNProtocols = ["h2"];
    const mute = connectTls({ port, ca: authority, servername: "localhost", ALPNProtocols });
    onTestFinished(() => {
      mute.destroy();
    });
    mute.on("error", () => undefined).resume();
    await Promise.all([silent.closed, once(mute, "close")]);
    expect(await endedConnections(receiver, "timeout")).toBe(2);
  });

  it("that are silent are ended", async () => {
    const receiver = await testReceiver({
      grpc: { idle_timeout: 100, keepalive_time: 100, keepalive_timeout: 100 },
    });
    const mute = await rawConnection(portOf(receiver));
    const idle = rawGrpc(receiver.grpc);
    await Promise.all([mute.closed, idle.closed]);
    expect(idle.session.destroyed).toBe(true);
  });

  it("that are idle are ended although the client does not close its side", async () => {
    const receiver = await testReceiver({ grpc: { idle_timeout: 100 } });
    const client = await rawConnection(portOf(receiver), { allowHalfOpen: true });
    const ended = once(client.socket, "end");
    client.send(preface);
    client.send(frameHead(settingsFrame));
    await ended;
    // What is sent on an open connection is not answered with a reset.
    await until("the server to let go", () => {
      if (!client.socket.destroyed) client.send(frameHead(settingsFrame, 1));
      return client.socket.destroyed;
    });
    expect((await grpcClient(receiver.grpc).export(sound)).code).toBe(codes.OK);
  });

  it("beyond the limit are closed", async () => {
    const receiver = await testReceiver({ grpc: { max_connections: 1 } });
    expect((await grpcClient(receiver.grpc).export(sound)).code).toBe(codes.OK);
    const second = await rawConnection(portOf(receiver));
    await second.closed;
    expect(second.received).toBe("");
    expect(await endedConnections(receiver, "limit")).toBe(1);
  });

  it("have only so many calls under way", async () => {
    const receiver = await testReceiver({ grpc: { max_concurrent_streams: 2 } });
    const { session, call } = rawGrpc(receiver.grpc);
    await once(session, "remoteSettings");
    expect(session.remoteSettings.maxConcurrentStreams).toBe(2);
    const calls = [call(), call(), call()];
    for (const { stream } of calls) stream.end(framed(sound));
    for (const { answer } of calls) expect((await answer).code).toBe(codes.OK);
  });
});
