import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { messageOf } from "#processor/kernel/errors.js";
import { takenPort } from "../support/free-port.js";
import { heldIntake } from "../support/held-intake.js";
import { jsonRequest } from "../support/otlp-samples.js";
import { rawConnection } from "../support/raw-http.js";
import { testReceiver, type TestReceiver } from "../support/test-receiver.js";
import { until } from "../support/until.js";

const sound = JSON.stringify(jsonRequest({}));
const head = (...headers: readonly string[]): string =>
  [
    "POST /v1/traces HTTP/1.1",
    "host: test",
    "content-type: application/json",
    ...headers,
    "",
    "",
  ].join("\r\n");

async function post({ url }: TestReceiver, body: string | Uint8Array = sound): Promise<number> {
  const headers = {
    "content-type": "application/json",
    ...(typeof body === "string" ? {} : { "content-encoding": "gzip" }),
  };
  const content = typeof body === "string" ? body : new Uint8Array(body);
  const answer = await fetch(`${url}/v1/traces`, { method: "POST", headers, body: content });
  await answer.arrayBuffer();
  return answer.status;
}

const endedFor = ({ metrics }: TestReceiver, reason: string): Promise<number> =>
  metrics.value("calibrant.receive.ended_connections", { protocol: "http", reason });

describe("connections", () => {
  it("take a body in chunks", async () => {
    const receiver = await testReceiver();
    const connection = await rawConnection(receiver.port);
    connection.send(head("transfer-encoding: chunked"));
    for (const piece of [sound.slice(0, 10), sound.slice(10)]) {
      connection.send(`${piece.length.toString(16)}\r\n${piece}\r\n`);
    }
    connection.send("0\r\n\r\n");
    await connection.sees("HTTP/1.1 200 OK");
    expect(receiver.rows("otel.otel_traces")).toHaveLength(1);
  });

  it("ask for the body only when the request is welcome", async () => {
    const receiver = await testReceiver({ http: { max_body_size: 5_000 } });
    const welcome = await rawConnection(receiver.port);
    welcome.send(head("expect: 100-continue", `content-length: ${sound.length}`));
    await welcome.sees("HTTP/1.1 100 Continue\r\n\r\n");
    welcome.send(sound);
    await welcome.sees("HTTP/1.1 200 OK");

    const tooLarge = await rawConnection(receiver.port);
    tooLarge.send(head("expect: 100-continue", "content-length: 5001"));
    await tooLarge.sees("HTTP/1.1 413 ");
    expect(tooLarge.received).not.toContain("100 Continue");
  });

  it("are answered 413 while they still send, and ended when they go on", async () => {
    const receiver = await testReceiver({ http: { max_body_size: 10_000 } });
    const connection = await rawConnection(receiver.port);
    connection.send(head("transfer-encoding: chunked"));
    const piece = "x".repeat(4_096);
    const timer = setInterval(() => connection.send(`1000\r\n${piece}\r\n`), 1);
    onTestFinished(() => {
      clearInterval(timer);
    });
    await connection.sees("HTTP/1.1 413 ");
    await connection.closed;
    expect(await receiver.metrics.value("calibrant.receive.requests", { status: 413 })).toBe(1);
  });

  it("that send too slowly are ended, while others are served", async () => {
    const receiver = await testReceiver({
      http: { header_timeout: 300, request_timeout: 600 },
    });
    const slowHead = await rawConnection(receiver.port);
    slowHead.send("POST /v1/traces HTTP/1.1\r\nhost: t\r\n");
    const slowBody = await rawConnection(receiver.port);
    slowBody.send(head("content-length: 1000"));
    slowBody.send("{");
    expect(await post(receiver)).toBe(200);
    const silent = await rawConnection(receiver.port);
    await Promise.all([slowHead.closed, slowBody.closed, silent.closed]);
    expect(await endedFor(receiver, "timeout")).toBe(2);
    expect(slowBody.received).toMatch(/^HTTP\/1.1 408 /);
    expect(slowBody.received).toContain(
      "REQUEST_TIMEOUT: the body did not arrive within 600 ms (http.request_timeout)",
    );
    const counted = (status: number): Promise<number> =>
      receiver.metrics.value("calibrant.receive.requests", { status });
    expect([await counted(408), await counted(499)]).toEqual([1, 0]);
    expect(slowHead.received).toContain("408");
    expect(await post(receiver)).toBe(200);
    await until("the slow body's memory to be free", async () => {
      return (await receiver.metrics.value("calibrant.receive.held_bytes")) === 0;
    });
  });

  it("that end within a request leave nothing behind", async () => {
    const receiver = await testReceiver();
    const connection = await rawConnection(receiver.port);
    connection.send(head("content-length: 1000"));
    connection.send(sound.slice(0, 20));
    await until("the bytes to be held", async () => {
      return (await receiver.metrics.value("calibrant.receive.held_bytes")) === 20;
    });
    connection.socket.destroy();
    await until("the bytes to be free", async () => {
      return (await receiver.metrics.value("calibrant.receive.held_bytes")) === 0;
    });
    expect(await receiver.metrics.value("calibrant.receive.requests", { status: 499 })).toBe(1);
    expect(await post(receiver)).toBe(200);
  });

  it("beyond the limit are closed", async () => {
    const receiver = await testReceiver({ http: { max_connections: 2 } });
    const open = [await rawConnection(receiver.port), await rawConnection(receiver.port)];
    for (const connection of open) {
      connection.send(head(`content-length: ${sound.length}`) + sound);
      await connection.sees("200 OK");
    }
    const third = await rawConnection(receiver.port);
    await third.closed;
    expect(third.received).toBe("");
    expect(await endedFor(receiver, "limit")).toBe(1);
  });

  it("share the memory: a request that does not fit waits its turn outside", async () => {
    const { append, open } = heldIntake();
    const receiver = await testReceiver({ http: { memory: 5_000 }, append });
    const large = JSON.stringify(jsonRequest({ name: "x".repeat(3_000) }));
    const first = post(receiver, large);
    await until("the first to be held", async () => {
      return (await receiver.metrics.value("calibrant.receive.held_bytes")) > 3_000;
    });
    expect(await post(receiver, large)).toBe(503);
    // What comes out of compression counts as well.
    expect(await post(receiver, gzipSync(large))).toBe(503);
    open();
    expect(await first).toBe(200);
    expect(await post(receiver, gzipSync(large))).toBe(200);
    expect(await receiver.metrics.value("calibrant.receive.held_bytes")).toBe(0);
  });

  it("hold no memory for what they announce and do not send", async () => {
    const receiver = await testReceiver({ http: { memory: 100_000 } });
    for (let opened = 0; opened < 10; opened++) {
      const silent = await rawConnection(receiver.port);
      silent.send(head("expect: 100-continue", "content-length: 90000"));
      await silent.sees("100 Continue");
      silent.send("{");
    }
    await until("a byte of each", async () => {
      return (await receiver.metrics.value("calibrant.receive.held_bytes")) === 10;
    });
    expect(await post(receiver, JSON.stringify(jsonRequest({ name: "x".repeat(80_000) })))).toBe(
      200,
    );
  });

  it("that stall give way to others who need the memory", async () => {
    const receiver = await testReceiver({ http: { memory: 100_000 } });
    const stalled = await rawConnection(receiver.port);
    stalled.send(head("content-length: 90000") + "x".repeat(80_000));
    await until("the bytes to be held", async () => {
      return (await receiver.metrics.value("calibrant.receive.held_bytes")) === 80_000;
    });
    const large = JSON.stringify(jsonRequest({ name: "x".repeat(50_000) }));
    expect(await post(receiver, large)).toBe(503);
    expect(await post(receiver)).toBe(200);
    await until("others to be served", async () => (await post(receiver, large)) === 200);
    await stalled.sees("HTTP/1.1 503 ");
    expect(stalled.received).toContain("nothing came for 2000 ms, and others need the memory");
    await stalled.closed;
    expect(await receiver.metrics.value("calibrant.receive.held_bytes")).toBe(0);
  });

  it("are finished before the receiver stops, and no new ones are taken", async () => {
    const { append, arrived, open } = heldIntake();
    const receiver = await testReceiver({ append });
    const underWay = post(receiver);
    await until("the request to be under way", arrived);
    const stopped = receiver.stop();
    await expect(post(receiver)).rejects.toThrow("fetch failed");
    open();
    expect(await underWay).toBe(200);
    await stopped;
  });

  it("under load are stopped without losing a request that was acknowledged", async () => {
    const receiver = await testReceiver({
      append: () => new Promise((resolve) => setImmediate(resolve)),
    });
    let acknowledged = 0;
    const sender = async (): Promise<void> => {
      while ((await post(receiver).catch(() => 0)) === 200) acknowledged++;
    };
    const senders = Array.from({ length: 8 }, sender);
    await until("the load", () => acknowledged > 100);
    await receiver.stop();
    await Promise.all(senders);
    expect(receiver.rows("otel.otel_traces").length).toBe(acknowledged);
  });

  it("are cut when they do not finish in the time for stopping", async () => {
    const receiver = await testReceiver({
      http: { stop_timeout: 50 },
      append: () => new Promise(() => undefined),
    });
    const underWay = post(receiver).catch((error: unknown) => messageOf(error));
    await until("the request to be under way", async () => {
      return (await receiver.metrics.value("calibrant.receive.held_bytes")) > 0;
    });
    await receiver.stop();
    expect(await underWay).toBe("fetch failed");
  });
});

describe("the address", () => {
  it("must be free", async () => {
    const port = await takenPort();
    await expect(testReceiver({ http: { endpoint: `127.0.0.1:${port}` } })).rejects.toMatchObject({
      code: "PORT_IN_USE",
      message: `port ${port} on 127.0.0.1 is taken; set receivers.otlp.protocols.http.endpoint to another one`,
    });
  });

  it.each(["0.0.0.0:0", "192.168.1.1:4318", "example.org:4318", "[::]:0"])(
    "must be loopback: %s",
    async (endpoint) => {
      await expect(testReceiver({ http: { endpoint } })).rejects.toMatchObject({
        code: "BIND_REFUSED",
      });
    },
  );

  it.each(["localhost:0", "127.0.0.2:0"])("may be %s", async (endpoint) => {
    const receiver = await testReceiver({ http: { endpoint } });
    expect(await post(receiver)).toBe(200);
  });
});
