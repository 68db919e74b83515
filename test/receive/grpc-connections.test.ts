import { EventEmitter, once } from "node:events";
import { constants } from "node:http2";
import { createServer, type AddressInfo } from "node:net";
import { connect as connectTls } from "node:tls";
import { gzipSync } from "node:zlib";
import { status as codes } from "@grpc/grpc-js";
import { describe, expect, it, onTestFinished } from "vitest";
import { grpcClient } from "../support/grpc-client.js";
import { wireRequest } from "../support/otlp-samples.js";
import { framed, rawGrpc } from "../support/raw-grpc.js";
import { rawConnection } from "../support/raw-http.js";
import { testReceiver, type TestReceiver } from "../support/test-receiver.js";
import { authority, serverFiles } from "../support/tls-files.js";
import { until } from "../support/until.js";

const sound = wireRequest({});
const portOf = ({ grpc }: TestReceiver): number => Number(grpc.split(":").at(-1));
const held = ({ metrics }: TestReceiver): Promise<number> =>
  metrics.value("calibrant.receive.held_bytes");

const endedFor = ({ metrics }: TestReceiver, reason: string): Promise<number> =>
  metrics.value("calibrant.receive.ended_connections", { protocol: "grpc", reason });

/** Something that the test opens when it is time. */
function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  const door = new EventEmitter();
  return {
    opened: once(door, "open").then(() => undefined),
    open: () => {
      door.emit("open");
    },
  };
}

const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const settingsFrame = 4;

/** A frame of HTTP/2 of the whole connection, without content. */
function frameHead(type: number, flags = 0): Buffer {
  return Buffer.from([0, 0, 0, type, flags, 0, 0, 0, 0]);
}

describe("calls that a sound client never makes", () => {
  it("end with a message that is not complete", async () => {
    const receiver = await testReceiver();
    const { stream, answer } = rawGrpc(receiver.grpc).call();
    stream.end(framed(sound, false, sound.length + 1));
    expect(await answer).toEqual({
      code: codes.INVALID_ARGUMENT,
      details: "REQUEST_MALFORMED: the call ended before its message was complete",
    });
    expect(await held(receiver)).toBe(0);
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
    await until("the memory to be free", async () => (await held(receiver)) === 0);
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
    await until("the memory to be free", async () => (await held(receiver)) === 0);
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

describe("connections", () => {
  it("share the memory with HTTP, as the bytes come", async () => {
    const receiver = await testReceiver({ http: { memory: 5_000 } });
    const { stream, answer } = rawGrpc(receiver.grpc).call();
    const message = wireRequest({ name: "x".repeat(4_800) });
    stream.write(framed(message).subarray(0, 4_800));
    await until("the bytes to be counted", async () => (await held(receiver)) === 4_795);
    expect((await grpcClient(receiver.grpc).export(sound)).code).toBe(codes.OK);
    const large = wireRequest({ name: "x".repeat(400) });
    expect((await grpcClient(receiver.grpc).export(large)).code).toBe(codes.UNAVAILABLE);
    const compressed = grpcClient(receiver.grpc, { compression: "gzip" });
    expect((await compressed.export(large)).code).toBe(codes.UNAVAILABLE);
    const overHttp = await fetch(`${receiver.url}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/x-protobuf" },
      body: new Uint8Array(large),
    });
    expect(overHttp.status).toBe(503);
    stream.end(framed(message).subarray(4_800));
    expect((await answer).code).toBe(codes.OK);
    expect(await held(receiver)).toBe(0);
    expect((await compressed.export(large)).code).toBe(codes.OK);
  });

  it("hold no memory for what they announce and do not send", async () => {
    const receiver = await testReceiver({ http: { memory: 100_000 } });
    const { call } = rawGrpc(receiver.grpc);
    for (let opened = 0; opened < 10; opened++) {
      call().stream.write(framed(Buffer.from("x"), false, 90_000));
    }
    await until("a byte of each", async () => (await held(receiver)) === 10);
    const large = wireRequest({ name: "x".repeat(80_000) });
    expect((await grpcClient(receiver.grpc).export(large)).code).toBe(codes.OK);
  });

  it("that stall give way to others who need the memory", async () => {
    const receiver = await testReceiver({ http: { memory: 100_000 } });
    const { stream, answer } = rawGrpc(receiver.grpc).call();
    stream.write(framed(Buffer.alloc(60_000), false, 90_000));
    await until("the bytes to be held", async () => (await held(receiver)) === 60_000);
    const client = grpcClient(receiver.grpc);
    const large = wireRequest({ name: "x".repeat(50_000) });
    expect((await client.export(large)).code).toBe(codes.UNAVAILABLE);
    expect((await client.export(sound)).code).toBe(codes.OK);
    await until("others to be served", async () => {
      return (await client.export(large)).code === codes.OK;
    });
    expect(await answer).toEqual({
      code: codes.UNAVAILABLE,
      details: "RECEIVER_BUSY: nothing came for 2000 ms, and others need the memory (http.memory)",
    });
    expect(await held(receiver)).toBe(0);
  });

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
    await until("the memory to be free", async () => (await held(receiver)) === 0);
  });

  it("that end within a message leave nothing behind", async () => {
    const receiver = await testReceiver();
    const { session, call } = rawGrpc(receiver.grpc);
    call().stream.write(framed(sound).subarray(0, 20));
    await until("the bytes to be held", async () => (await held(receiver)) === 15);
    session.destroy();
    await until("the bytes to be free", async () => (await held(receiver)) === 0);
    const cancelled = { protocol: "grpc", status: codes.CANCELLED };
    expect(await receiver.metrics.value("calibrant.receive.requests", cancelled)).toBe(1);
  });

  it("of a client that gives up are let go, and what is stored stays", async () => {
    const { opened, open } = gate();
    let arrived = false;
    const receiver = await testReceiver({
      append: () => {
        arrived = true;
        return opened;
      },
    });
    const { stream } = rawGrpc(receiver.grpc).call();
    stream.end(framed(sound));
    await until("the call to be under way", () => arrived);
    stream.close(constants.NGHTTP2_CANCEL);
    const cancelled = { protocol: "grpc", status: codes.CANCELLED };
    await until("the call to be given up", async () => {
      return (await receiver.metrics.value("calibrant.receive.requests", cancelled)) === 1;
    });
    expect(await held(receiver)).toBeGreaterThan(0);
    open();
    await until("the memory to be free", async () => (await held(receiver)) === 0);
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
    expect(await endedFor(receiver, "timeout")).toBe(1);
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
    expect(await endedFor(receiver, "timeout")).toBe(2);
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
    expect(await endedFor(receiver, "limit")).toBe(1);
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

  it("are finished before the receiver stops, and no new ones are taken", async () => {
    const { opened, open } = gate();
    let arrived = false;
    const receiver = await testReceiver({
      append: () => {
        arrived = true;
        return opened;
      },
    });
    const underWay = grpcClient(receiver.grpc).export(sound);
    await until("the call to be under way", () => arrived);
    const stopped = receiver.stop();
    expect((await grpcClient(receiver.grpc).export(sound)).code).toBe(codes.UNAVAILABLE);
    open();
    expect((await underWay).code).toBe(codes.OK);
    await stopped;
  });

  it("are cut when they do not finish in the time for stopping", async () => {
    const receiver = await testReceiver({
      grpc: { stop_timeout: 50 },
      append: () => new Promise(() => undefined),
    });
    const underWay = grpcClient(receiver.grpc).export(sound);
    await until("the call to be under way", async () => (await held(receiver)) > 0);
    await receiver.stop();
    expect((await underWay).code).toBe(codes.UNAVAILABLE);
  });

  it("under load are stopped without losing a call that was acknowledged", async () => {
    const receiver = await testReceiver({
      append: () => new Promise((resolve) => setImmediate(resolve)),
    });
    let acknowledged = 0;
    const sender = async (): Promise<void> => {
      const client = grpcClient(receiver.grpc);
      while ((await client.export(sound)).code === codes.OK) acknowledged++;
    };
    const senders = Array.from({ length: 8 }, sender);
    await until("the load", () => acknowledged > 100);
    await receiver.stop();
    await Promise.all(senders);
    expect(receiver.rows("otel.otel_traces").length).toBe(acknowledged);
  });
});

describe("the address", () => {
  it("must be free, or the whole receiver does not start", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => {
      other.close();
    });
    await until("the other server", () => other.listening);
    const { port } = other.address() as AddressInfo;
    await expect(testReceiver({ grpc: { endpoint: `127.0.0.1:${port}` } })).rejects.toMatchObject({
      code: "PORT_IN_USE",
      message: `port ${port} on 127.0.0.1 is taken; set receivers.otlp.protocols.grpc.endpoint to another one`,
    });
  });

  it("must be loopback", async () => {
    await expect(testReceiver({ grpc: { endpoint: "0.0.0.0:0" } })).rejects.toMatchObject({
      code: "BIND_REFUSED",
    });
  });

  it("may be none", async () => {
    expect((await testReceiver({ grpc: { endpoint: null } })).grpc).toBe("");
  });
});
