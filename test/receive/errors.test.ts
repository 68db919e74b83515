import { deflateSync, gzipSync } from "node:zlib";
import protobuf from "protobufjs";
import { describe, expect, it } from "vitest";
import { CalibrantError } from "#processor/kernel/errors.js";
import { jsonRequest, wireRequest } from "../support/otlp-samples.js";
import {
  testReceiver,
  type ReceiverSettings,
  type TestReceiver,
} from "../support/test-receiver.js";

const status = new protobuf.Type("Status")
  .add(new protobuf.Field("code", 1, "int32"))
  .add(new protobuf.Field("message", 2, "string"));

const protobufType = "application/x-protobuf";
const jsonType = "application/json";
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const sound = json(jsonRequest({}));

interface Sent {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: Uint8Array;
}

function send({ url }: TestReceiver, request: Sent): Promise<Response> {
  const { path = "/v1/traces", method = "POST", headers = { "content-type": jsonType } } = request;
  const { body = sound } = request;
  const carries = method !== "GET" && method !== "HEAD";
  return fetch(`${url}${path}`, {
    method,
    headers,
    ...(carries ? { body: new Uint8Array(body) } : {}),
  });
}

/** The `google.rpc.Status` of an answer, in the encoding that the answer names. */
async function statusOf(answer: Response): Promise<{ code: number; message: string }> {
  const body = Buffer.from(await answer.arrayBuffer());
  const decoded: unknown =
    answer.headers.get("content-type") === jsonType
      ? JSON.parse(body.toString())
      : status.toObject(status.decode(body));
  return decoded as { code: number; message: string };
}

const small: ReceiverSettings = {
  http: { max_body_size: 1_000 },
  limits: { items_per_request: 3 },
};
const spans = (count: number): Record<string, unknown> =>
  jsonRequest(...Array.from({ length: count }, () => ({})));

type Row = readonly [
  what: string,
  request: Sent,
  answer: { readonly status: number; readonly code: number; readonly message: RegExp },
];

const table: readonly Row[] = [
  [
    "an unknown path",
    { path: "/v1/profiles" },
    { status: 404, code: 5, message: /^NOT_FOUND: this path takes no telemetry/ },
  ],
  [
    "a wrong method",
    { method: "PUT" },
    { status: 405, code: 12, message: /^METHOD_NOT_ALLOWED: use POST/ },
  ],
  ["GET", { method: "GET" }, { status: 405, code: 12, message: /use POST/ }],
  [
    "a content type that is not OTLP",
    { headers: { "content-type": "text/plain" } },
    { status: 415, code: 3, message: /^REQUEST_UNSUPPORTED: content type "text\/plain"/ },
  ],
  [
    "a content encoding that is not known",
    { headers: { "content-type": jsonType, "content-encoding": "br" } },
    { status: 415, code: 3, message: /content encoding "br" is not supported/ },
  ],
  [
    "JSON that is none",
    { body: Buffer.from('{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":12}]}]}]}') },
    {
      status: 400,
      code: 3,
      message:
        /^REQUEST_MALFORMED: the JSON body is malformed at \$\.resourceSpans\[0\]\.scopeSpans\[0\]\.spans\[0\]\.name \(byte 51\): expected a string/,
    },
  ],
  [
    "JSON that is announced as protobuf",
    { headers: { "content-type": protobufType } },
    { status: 400, code: 3, message: /^REQUEST_MALFORMED: the protobuf body is malformed at/ },
  ],
  [
    "protobuf that is cut off",
    { headers: { "content-type": protobufType }, body: wireRequest({}).subarray(0, -3) },
    {
      status: 400,
      code: 3,
      message: /malformed at resource_spans\[0\] \(byte 1\): a length of \d+ is beyond the end/,
    },
  ],
  [
    "gzip that is none",
    { headers: { "content-type": jsonType, "content-encoding": "gzip" } },
    { status: 400, code: 3, message: /^REQUEST_MALFORMED: the body is not gzip/ },
  ],
  [
    "gzip that is cut off",
    {
      headers: { "content-type": jsonType, "content-encoding": "gzip" },
      body: gzipSync(sound).subarray(0, -9),
    },
    { status: 400, code: 3, message: /the body is not gzip: unexpected end of file/ },
  ],
  [
    "a body over the limit",
    { body: Buffer.alloc(1_001, 32) },
    { status: 413, code: 8, message: /^REQUEST_TOO_LARGE: the body has more than 1000 bytes/ },
  ],
  [
    "a body over the limit after decompression",
    {
      headers: { "content-type": protobufType, "content-encoding": "deflate" },
      body: deflateSync(Buffer.alloc(1_001)),
    },
    { status: 413, code: 8, message: /more than 1000 bytes \(http\.max_body_size\)/ },
  ],
  [
    "too many spans",
    {
      headers: { "content-type": jsonType, "content-encoding": "gzip" },
      body: gzipSync(json(spans(4))),
    },
    { status: 413, code: 8, message: /has 4 spans; at most 3 are allowed/ },
  ],
];

describe("requests that are refused", () => {
  it.each(table)("%s", async (_, request, expected) => {
    const receiver = await testReceiver(small);
    const answer = await send(receiver, request);
    expect(answer.status).toBe(expected.status);
    const wanted = request.headers?.["content-type"] === protobufType ? protobufType : jsonType;
    expect(answer.headers.get("content-type")).toBe(wanted);
    expect(answer.headers.get("allow")).toBe(expected.status === 405 ? "POST" : null);
    expect(answer.headers.get("retry-after")).toBeNull();
    const told = await statusOf(answer);
    expect(told.code).toBe(expected.code);
    expect(told.message).toMatch(expected.message);
    expect(receiver.rows("otel.otel_traces")).toEqual([]);

    // The next request is served as if nothing had been.
    expect((await send(receiver, {})).status).toBe(200);
    const requests = { status: expected.status };
    expect(await receiver.metrics.value("calibrant.receive.requests", requests)).toBe(1);
    expect(await receiver.metrics.value("calibrant.receive.held_bytes")).toBe(0);
  });

  const waits: [string, ReceiverSettings, RegExp, Record<string, number>][] = [
    [
      "the spool is nearly full",
      { pressure: () => "81 of 100 bytes of the spool are waiting" },
      /^SPOOL_FULL: 81 of 100 bytes/,
      {},
    ],
    [
      "the spool refuses",
      {
        append: () =>
          Promise.reject(new CalibrantError("SPOOL_FULL", "the disk is full", { retryable: true })),
      },
      /^SPOOL_FULL: the disk is full/,
      { received: 1, rejected: 1 },
    ],
    [
      "requests hold too much memory",
      { http: { memory: 10 } },
      /^RECEIVER_BUSY: requests under way hold 0 of 10 bytes \(http\.memory\)/,
      {},
    ],
  ];
  it.each(waits)("for a while: %s", async (_, settings, message, counted) => {
    const receiver = await testReceiver(settings);
    for (const contentType of [jsonType, protobufType]) {
      const body = contentType === jsonType ? sound : wireRequest({});
      const answer = await send(receiver, { headers: { "content-type": contentType }, body });
      expect(answer.status).toBe(503);
      expect(Number(answer.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
      expect(Number(answer.headers.get("retry-after"))).toBeLessThanOrEqual(3);
      expect(answer.headers.get("content-type")).toBe(contentType);
      const told = await statusOf(answer);
      expect(told.code).toBe(14);
      expect(told.message).toMatch(message);
    }
    for (const outcome of ["received", "accepted", "rejected"]) {
      const counts = await receiver.metrics.value("calibrant.receive.items", { outcome });
      expect(counts).toBe(2 * (counted[outcome] ?? 0));
    }
  });

  it("for an error of our own, without its text", async () => {
    const receiver = await testReceiver({
      append: () => Promise.reject(new TypeError("undefined is not a secret")),
    });
    const answer = await send(receiver, {});
    expect(answer.status).toBe(500);
    expect(await statusOf(answer)).toEqual({ code: 13, message: "internal error" });
  });
});

describe("requests that are taken", () => {
  it.each([
    ["application/json; charset=utf-8", ""],
    ["Application/JSON", "IDENTITY"],
    ["  application/json ;x=y", "gzip"],
    ["application/json", "GZIP"],
    ["application/json", "x-gzip"],
    ["application/json", "deflate"],
  ])("content type %j with content encoding %j", async (contentType, contentEncoding) => {
    const receiver = await testReceiver();
    const name = contentEncoding.toLowerCase();
    const body = name.includes("gzip")
      ? gzipSync(sound)
      : name === "deflate"
        ? deflateSync(sound)
        : sound;
    const headers = { "content-type": contentType, "content-encoding": contentEncoding };
    const answer = await send(receiver, { headers, body });
    expect(await answer.text()).toBe("{}");
    expect(answer.status).toBe(200);
    expect(receiver.rows("otel.otel_traces")).toHaveLength(1);
  });

  it.each([
    ["protobuf without a byte", protobufType, ""],
    ["JSON without a field", jsonType, "{}"],
    ["JSON with empty lists", jsonType, '{"resourceSpans":[{"scopeSpans":[{"spans":[]}]}]}'],
  ])("empty: %s", async (_, contentType, body) => {
    const receiver = await testReceiver({ append: (blocks) => Promise.resolve(void blocks) });
    for (const path of ["/v1/traces", "/v1/logs", "/v1/metrics"]) {
      const headers = { "content-type": contentType };
      const answer = await send(receiver, { path, headers, body: Buffer.from(body) });
      expect(answer.status).toBe(200);
      expect(await answer.text()).toBe(contentType === jsonType ? "{}" : "");
    }
  });

  it("with partial success: tells what was rejected and why, and counts every span once", async () => {
    const receiver = await testReceiver();
    const zero = "0".repeat(32);
    const mixed = [{}, { traceId: zero }, { spanId: "abcd" }, { traceId: zero }, {}] as const;
    const asJson = await send(receiver, { body: json(jsonRequest(...mixed)) });
    const message =
      "3 of 5 spans rejected: 2 trace_id_invalid (the first is resourceSpans[0].scopeSpans[0].spans[1]), 1 span_id_invalid (the first is resourceSpans[0].scopeSpans[0].spans[2])";
    expect(await asJson.json()).toEqual({
      partialSuccess: { rejectedSpans: "3", errorMessage: message },
    });
    const asProtobuf = await send(receiver, {
      headers: { "content-type": protobufType },
      body: wireRequest(...mixed),
    });
    expect(asProtobuf.status).toBe(200);
    expect(await asProtobuf.text()).toContain("(the first is resource_spans[0].scope_spans[0]");

    const items = (attributes: Record<string, string>): Promise<number> =>
      receiver.metrics.value("calibrant.receive.items", { signal: "traces", ...attributes });
    expect(await items({ outcome: "received" })).toBe(10);
    expect(await items({ outcome: "accepted" })).toBe(4);
    expect(await items({ outcome: "rejected" })).toBe(6);
    expect(await items({ outcome: "rejected", reason: "trace_id_invalid" })).toBe(4);
    expect(receiver.rows("otel.otel_traces")).toHaveLength(4);
  });
});
