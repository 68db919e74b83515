import { status as codes } from "@grpc/grpc-js";
import { describe, expect, it } from "vitest";
import { grpcClient } from "../support/grpc-client.js";
import { heldBytes } from "../support/grpc-receiver.js";
import { wireRequest } from "../support/otlp-samples.js";
import { framed, rawGrpc } from "../support/raw-grpc.js";
import { testReceiver } from "../support/test-receiver.js";
import { until } from "../support/until.js";

const sound = wireRequest({});

describe("the memory of calls", () => {
  it("share the memory with HTTP, as the bytes come", async () => {
    const receiver = await testReceiver({ http: { memory: 5_000 } });
    const { stream, answer } = rawGrpc(receiver.grpc).call();
    const message = wireRequest({ name: "x".repeat(4_800) });
    stream.write(framed(message).subarray(0, 4_800));
    await until("the bytes to be counted", async () => (await heldBytes(receiver)) === 4_795);
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
    expect(await heldBytes(receiver)).toBe(0);
    expect((await compressed.export(large)).code).toBe(codes.OK);
  });

  it("hold no memory for what they announce and do not send", async () => {
    const receiver = await testReceiver({ http: { memory: 100_000 } });
    const { call } = rawGrpc(receiver.grpc);
    for (let opened = 0; opened < 10; opened++) {
      call().stream.write(framed(Buffer.from("x"), false, 90_000));
    }
    await until("a byte of each", async () => (await heldBytes(receiver)) === 10);
    const large = wireRequest({ name: "x".repeat(80_000) });
    expect((await grpcClient(receiver.grpc).export(large)).code).toBe(codes.OK);
  });

  it("that stall give way to others who need the memory", async () => {
    const receiver = await testReceiver({ http: { memory: 100_000 } });
    const { stream, answer } = rawGrpc(receiver.grpc).call();
    stream.write(framed(Buffer.alloc(60_000), false, 90_000));
    await until("the bytes to be held", async () => (await heldBytes(receiver)) === 60_000);
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
    expect(await heldBytes(receiver)).toBe(0);
  });
});
