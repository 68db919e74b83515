import { credentials, status as codes } from "@grpc/grpc-js";
import { describe, expect, it } from "vitest";
import { testKey } from "../support/api-keys.js";
import { grpcClient } from "../support/grpc-client.js";
import { jsonRequest, wireRequest } from "../support/otlp-samples.js";
import { rawConnection } from "../support/raw-http.js";
import { testReceiver, type TestReceiver } from "../support/test-receiver.js";
import {
  authority,
  identityOf,
  mutualFiles,
  serverFiles,
  statusOverTls,
  tlsFile,
  type TlsRequest,
} from "../support/tls-files.js";

const post = ({ port }: TestReceiver, sent: TlsRequest = {}): Promise<number> =>
  statusOverTls(`https://127.0.0.1:${port}/v1/traces`, {
    headers: { "content-type": "application/json" },
    body: JSON.stringify(jsonRequest({})),
    ...sent,
  });

async function exportOverTls(
  { grpc }: TestReceiver,
  identity?: TlsRequest["identity"],
): Promise<codes> {
  const secure = credentials.createSsl(authority, identity?.key, identity?.cert);
  return (await grpcClient(grpc, { credentials: secure }).export(wireRequest({}))).code;
}

describe("TLS", () => {
  it("is spoken over HTTP and gRPC, and nothing else is", async () => {
    const receiver = await testReceiver({ http: { tls: serverFiles }, grpc: { tls: serverFiles } });
    expect(await post(receiver)).toBe(200);
    expect(await exportOverTls(receiver)).toBe(codes.OK);
    expect(receiver.rows("otel.otel_traces")).toHaveLength(2);

    expect((await grpcClient(receiver.grpc).export(wireRequest({}))).code).toBe(codes.UNAVAILABLE);
    for (const port of [receiver.port, Number(receiver.grpc.split(":").at(-1))]) {
      const plain = await rawConnection(port);
      plain.send("POST /v1/traces HTTP/1.1\r\nhost: t\r\ncontent-length: 0\r\n\r\n");
      await plain.closed;
      expect(plain.received).not.toContain("200 OK");
    }
    expect(await post(receiver)).toBe(200);
  });

  it("is of version 1.2 or newer", async () => {
    const receiver = await testReceiver({ http: { tls: serverFiles }, grpc: { tls: serverFiles } });
    expect(await post(receiver, { maxVersion: "TLSv1.2" })).toBe(200);
    for (const address of [`https://127.0.0.1:${receiver.port}`, `https://${receiver.grpc}`]) {
      await expect(statusOverTls(address, { maxVersion: "TLSv1.1" })).rejects.toThrow(
        "alert protocol version",
      );
    }
  });

  it("asks for the client's certificate when there is an authority for it", async () => {
    const receiver = await testReceiver({ http: { tls: mutualFiles }, grpc: { tls: mutualFiles } });
    expect(await post(receiver, { identity: identityOf("client") })).toBe(200);
    expect(await exportOverTls(receiver, identityOf("client"))).toBe(codes.OK);
    for (const identity of [undefined, identityOf("stranger")]) {
      await expect(post(receiver, { identity })).rejects.toThrow(/./);
      expect(await exportOverTls(receiver, identity)).toBe(codes.UNAVAILABLE);
    }
    expect(receiver.rows("otel.otel_traces")).toHaveLength(2);
  });

  it("does not keep the receiver from stopping while a client is silent", async () => {
    const receiver = await testReceiver({
      http: { tls: serverFiles, stop_timeout: 50 },
      grpc: { tls: serverFiles, stop_timeout: 50 },
    });
    const mute = await rawConnection(receiver.port);
    await receiver.stop();
    await mute.closed;
    expect(mute.received).toBe("");
  });

  it.each([
    [
      { ...serverFiles, cert_file: tlsFile("none.pem") },
      /^receivers\.otlp\.protocols\.http\.tls\.cert_file: cannot read .*none\.pem/,
    ],
    [
      { ...serverFiles, key_file: tlsFile("client-key.pem") },
      /^receivers\.otlp\.protocols\.http\.tls: the files are no certificate and private key/,
    ],
  ])("names the file that does not fit", async (tls, message) => {
    await expect(testReceiver({ http: { tls } })).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringMatching(message) as string,
    });
  });
});

describe("an address that is not loopback", () => {
  const keys = [testKey("ingest").entry];
  const endpoint = "0.0.0.0:0";
  const tls = serverFiles;

  it.each([
    [{}, undefined, "it needs API keys (extensions.keys) and TLS"],
    [{ tls }, undefined, "it needs API keys (extensions.keys). "],
    [{}, keys, "it needs TLS (receivers.otlp.protocols.grpc.tls). "],
  ])("is refused without keys and TLS: %j", async (settings, given, message) => {
    const grpc = { endpoint, ...settings };
    await expect(testReceiver({ grpc, keys: given ?? [] })).rejects.toMatchObject({
      code: "BIND_REFUSED",
      message: expect.stringContaining(message) as string,
    });
  });

  it("is taken with both, or behind a proxy that is said to be there", async () => {
    const guarded = await testReceiver({
      http: { endpoint, tls },
      grpc: { endpoint, tls },
      keys,
    });
    expect(await post(guarded)).toBe(401);
    const trusting = { endpoint, insecure_allow_remote: true };
    const open = await testReceiver({ http: trusting, grpc: trusting });
    expect(open.grpc).toMatch(/^0\.0\.0\.0:\d+$/);
  });
});
