import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import * as fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { forwardConfig } from "#processor/forward/forward-config.js";
import { attributeFields } from "#processor/forward/otlp/attributes.js";
import { createEndpoint, type Endpoint } from "#processor/forward/otlp/endpoint.js";
import { partialSuccess } from "#processor/forward/otlp/partial-success.js";
import { messageField } from "#processor/forward/otlp/protobuf.js";
import { createCircuit } from "#processor/forward/stream/circuit.js";
import { heldClock } from "../support/held-clock.js";
import { traceRequestType } from "../support/otlp-messages.js";
import { serverFiles, tlsFile } from "../support/tls-files.js";
import { startVerdictSink, type VerdictSink } from "../support/verdict-sink.js";

const never = new AbortController().signal;

async function sinkOf(): Promise<VerdictSink> {
  const sink = await startVerdictSink();
  onTestFinished(() => sink.close());
  return sink;
}

function endpointOf(settings: object): Endpoint {
  const config = forwardConfig.parse({ otlphttp: settings }).otlphttp;
  if (config === undefined) throw new Error("there is no endpoint");
  const endpoint = createEndpoint(config, "logs", "exporters.otlphttp");
  onTestFinished(() => endpoint.close());
  return endpoint;
}

describe("what an endpoint answers", () => {
  it("may be a pause, in seconds or until a time", async () => {
    const sink = await sinkOf();
    const endpoint = endpointOf({ endpoint: sink.url });
    const pauseAfter = async (retryAfter: string): Promise<number> => {
      sink.answer = (_request, response) => {
        response.writeHead(503, { "retry-after": retryAfter }).end("busy\u0007");
      };
      const answer = await endpoint.send(Buffer.of(), never);
      expect(answer).toMatchObject({
        kind: "held",
        reason: "status_503",
        message: "answered 503: busy ",
      });
      return answer.kind === "held" ? answer.retryAfter : Number.NaN;
    };
    expect(await pauseAfter("120")).toBe(120_000);
    expect(await pauseAfter("9999999999")).toBe(300_000);
    expect(await pauseAfter(new Date(Date.now() + 7_200_000).toUTCString())).toBe(300_000);
    expect(await pauseAfter(new Date(0).toUTCString())).toBe(0);
    expect(await pauseAfter("soon")).toBe(0);
  });

  it("is bounded, and counts as taken even if its rest is lost", async () => {
    const sink = await sinkOf();
    const endpoint = endpointOf({ endpoint: sink.url });
    const taken = { kind: "taken", partial: { rejected: 0, message: "" } };
    sink.answer = (_request, response) => void response.writeHead(200).end("x".repeat(300_000));
    expect(await endpoint.send(Buffer.of(), never)).toEqual(taken);
    sink.answer = (_request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("{", () => response.destroy());
    };
    expect(await endpoint.send(Buffer.of(), never)).toEqual(taken);
    sink.answer = (_request, response) => {
      response
        .writeHead(200, { "content-type": "application/json" })
        .end('{"partialSuccess":{"rejectedLogRecords":"3","errorMessage":"too old"}}');
    };
    expect(await endpoint.send(Buffer.of(), never)).toEqual({
      kind: "taken",
      partial: { rejected: 3, message: "too old" },
    });
  });

  it("is asked for over TLS with an authority of one's own", async () => {
    const server = createServer(
      { cert: readFileSync(serverFiles.cert_file), key: readFileSync(serverFiles.key_file) },
      (_request, response) => void response.writeHead(200).end(),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const known = endpointOf({ endpoint: address, tls: { ca_file: tlsFile("ca.pem") } });
    expect(await known.send(Buffer.of(), never)).toMatchObject({ kind: "taken" });
    const unknown = endpointOf({ endpoint: address });
    const answer = await unknown.send(Buffer.of(), never);
    expect(answer).toMatchObject({ kind: "held", reason: "network" });
  });

  it("may be any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.constantFrom("application/json", ""), (body, type) => {
        const { rejected, message } = partialSuccess(body, type);
        expect(rejected).toBeGreaterThanOrEqual(0);
        expect(typeof message).toBe("string");
      }),
    );
  });
});

describe("the circuit", () => {
  it("is open for as long as the endpoint asks for, and half open for the one try after it", async () => {
    const clock = heldClock();
    const circuit = createCircuit(clock);
    expect(circuit.held(60_000)).toBe(1);
    expect(circuit.state).toBe("open");
    let waited = false;
    const wait = circuit.wait(never).then(() => (waited = true));
    clock.advance(59_999);
    await Promise.resolve();
    expect(waited).toBe(false);
    clock.advance(1);
    await wait;
    circuit.trying();
    expect(circuit.state).toBe("half_open");
    expect(circuit.held(0)).toBe(2);
    expect(circuit.answered()).toBe(true);
    expect(circuit.state).toBe("closed");
    expect(circuit.answered()).toBe(false);
  });
});

type Sent = string | boolean | { readonly double: number } | { readonly integer: number };

function onWire(sent: Sent): [field: string, value: unknown] {
  if (typeof sent === "string") return ["stringValue", wellFormed(sent)];
  if (typeof sent === "boolean") return ["boolValue", sent];
  return "double" in sent ? ["doubleValue", sent.double] : ["intValue", sent.integer];
}

function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\uFFFD");
}

describe("attributes on the wire", () => {
  it("are read by another program as what they are", () => {
    const value = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.boolean(),
      fc.double({ noNaN: true }).map((double) => ({ double })),
      fc.nat(Number.MAX_SAFE_INTEGER).map((integer) => ({ integer })),
    );
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), value, (key, sent) => {
        // ExportTraceRequest > ResourceTrace > Resource > attributes
        const bytes = messageField(1, [messageField(1, attributeFields(1, { [key]: sent }))]);
        const request = traceRequestType.toObject(traceRequestType.decode(bytes), {
          longs: Number,
        }) as { resourceSpans: { resource: { attributes: { key: string; value: object }[] } }[] };
        const [read] = request.resourceSpans[0]?.resource.attributes ?? [];
        expect(read?.key).toBe(wellFormed(key));
        expect(Object.entries(read?.value ?? {})).toEqual([onWire(sent)]);
      }),
    );
  });
});
