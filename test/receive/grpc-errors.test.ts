import { status as codes } from "@grpc/grpc-js";
import { describe, expect, it } from "vitest";
import { CalibrantError } from "#processor/kernel/errors.js";
import {
  grpcClient,
  logsPath,
  metricsPath,
  tracesPath,
  type GrpcCall,
  type GrpcClientOptions,
} from "../support/grpc-client.js";
import { wireRequest } from "../support/otlp-samples.js";
import { testReceiver, type ReceiverSettings } from "../support/test-receiver.js";

const small: ReceiverSettings = {
  grpc: { max_message_size: 1_000 },
  limits: { items_per_request: 3 },
};
const sound = wireRequest({});
const spans = (count: number): Uint8Array =>
  wireRequest(...Array.from({ length: count }, () => ({})));

type Row = readonly [
  what: string,
  message: Uint8Array,
  call: GrpcCall & GrpcClientOptions,
  answer: { readonly code: number; readonly details: RegExp; readonly counted?: false },
];

const table: readonly Row[] = [
  [
    "a method that OTLP has not",
    sound,
    { path: "/opentelemetry.proto.collector.profiles.v1.ProfilesService/Export" },
    { code: codes.UNIMPLEMENTED, details: /does not implement the method/, counted: false },
  ],
  [
    "a message that is no protobuf",
    Buffer.from('{"resourceSpans":[]}'),
    {},
    { code: codes.INVALID_ARGUMENT, details: /^REQUEST_MALFORMED: the protobuf body is malformed/ },
  ],
  [
    "a message that is cut off",
    sound.subarray(0, -3),
    {},
    { code: codes.INVALID_ARGUMENT, details: /malformed at resource_spans\[0\] \(byte 1\)/ },
  ],
  [
    "a message over the limit",
    Buffer.alloc(1_001),
    {},
    {
      code: codes.RESOURCE_EXHAUSTED,
      details: /^REQUEST_TOO_LARGE: the body has more than 1000 bytes \(grpc\.max_message_size\)/,
    },
  ],
  [
    "a message over the limit after decompression",
    Buffer.alloc(1_001),
    { compression: "gzip" },
    { code: codes.RESOURCE_EXHAUSTED, details: /more than 1000 bytes \(grpc\.max_message_size\)/ },
  ],
  [
    "too many spans",
    spans(4),
    { compression: "gzip" },
    { code: codes.RESOURCE_EXHAUSTED, details: /has 4 spans; at most 3 are allowed/ },
  ],
];

describe("calls that are refused", () => {
  it.each(table)("%s", async (_, message, call, expected) => {
    const receiver = await testReceiver(small);
    const answer = await grpcClient(receiver.grpc, call).export(message, call);
    expect(answer.details).toMatch(expected.details);
    expect(answer.code).toBe(expected.code);
    expect(answer.retryAfter).toBeUndefined();
    expect(receiver.rows("otel.otel_traces")).toEqual([]);

    // The next call is served as if nothing had been.
    expect((await grpcClient(receiver.grpc).export(sound)).code).toBe(codes.OK);
    const counted = { protocol: "grpc", status: expected.code };
    const count = await receiver.metrics.value("calibrant.receive.requests", counted);
    expect(count).toBe(expected.counted === false ? 0 : 1);
    expect(await receiver.metrics.value("calibrant.receive.held_bytes")).toBe(0);
  });

  const waits: [string, ReceiverSettings, RegExp][] = [
    [
      "the spool is nearly full",
      { pressure: () => "81 of 100 bytes of the spool are waiting" },
      /^SPOOL_FULL: 81 of 100 bytes/,
    ],
    [
      "the spool refuses",
      {
        append: () =>
          Promise.reject(new CalibrantError("SPOOL_FULL", "the disk is full", { retryable: true })),
      },
      /^SPOOL_FULL: the disk is full/,
    ],
    [
      "requests hold too much memory",
      { http: { memory: 10 } },
      /^RECEIVER_BUSY: requests under way hold 0 of 10 bytes \(http\.memory\)/,
    ],
  ];
  it.each(waits)("for a while, with RetryInfo: %s", async (_, settings, details) => {
    const receiver = await testReceiver(settings);
    for (const compression of ["gzip", "deflate"] as const) {
      const answer = await grpcClient(receiver.grpc, { compression }).export(sound);
      expect(answer.code).toBe(codes.UNAVAILABLE);
      expect(answer.details).toMatch(details);
      expect(answer.retryAfter).toBeGreaterThanOrEqual(1);
      expect(answer.retryAfter).toBeLessThanOrEqual(3);
    }
    expect(await receiver.metrics.value("calibrant.receive.held_bytes")).toBe(0);
  });

  it("for an error of our own, without its text", async () => {
    const receiver = await testReceiver({
      append: () => Promise.reject(new TypeError("undefined is not a secret")),
    });
    const answer = await grpcClient(receiver.grpc).export(sound);
    expect(answer).toMatchObject({ code: codes.INTERNAL, details: "internal error" });
  });

  it("with a text of any length and any characters", async () => {
    const receiver = await testReceiver({
      append: () =>
        Promise.reject(
          new CalibrantError("SPOOL_FULL", `${"x".repeat(987)}\u{1F600}\n\u{1F600}`, {
            retryable: true,
          }),
        ),
    });
    const { code, details } = await grpcClient(receiver.grpc).export(sound);
    expect(code).toBe(codes.UNAVAILABLE);
    expect(details).toMatch(/^SPOOL_FULL: x+\uFFFD\.\.\.$/);
  });
});

describe("calls that are taken", () => {
  it.each([tracesPath, logsPath, metricsPath])("empty: %s", async (path) => {
    const receiver = await testReceiver();
    const answer = await grpcClient(receiver.grpc).export(Buffer.alloc(0), { path });
    expect(answer).toMatchObject({ code: codes.OK });
    expect(answer.body).toHaveLength(0);
  });

  it("with partial success: tells what was rejected and why, and counts every span once", async () => {
    const receiver = await testReceiver();
    const zero = "0".repeat(32);
    const mixed = wireRequest({}, { traceId: zero }, { spanId: "abcd" }, {});
    for (const compression of ["gzip", "deflate"] as const) {
      const answer = await grpcClient(receiver.grpc, { compression }).export(mixed);
      expect(answer.code).toBe(codes.OK);
      expect(answer.body.toString()).toContain(
        "2 of 4 spans rejected: 1 trace_id_invalid (the first is resource_spans[0].scope_spans[0].spans[1])",
      );
    }
    const items = (outcome: string): Promise<number> =>
      receiver.metrics.value("calibrant.receive.items", { signal: "traces", outcome });
    expect(await items("received")).toBe(8);
    expect(await items("accepted")).toBe(4);
    expect(await items("rejected")).toBe(4);
    expect(receiver.rows("otel.otel_traces")).toHaveLength(4);
  });
});
