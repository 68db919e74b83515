import { status as codes } from "@grpc/grpc-js";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createAdmission } from "#processor/admission/admission.js";
import { createKey } from "#processor/admission/key-hash.js";
import { CalibrantError } from "#processor/kernel/errors.js";
import type { Credentials, Scope } from "#processor/model/ports.js";
import { basic, testKey } from "../support/api-keys.js";
import { grpcClient } from "../support/grpc-client.js";
import { wireRequest } from "../support/otlp-samples.js";
import { rawGrpc } from "../support/raw-grpc.js";
import { rawConnection } from "../support/raw-http.js";
import { recordMetrics } from "../support/recorded-metrics.js";
import { testReceiver, type TestReceiver } from "../support/test-receiver.js";

const sender = testKey("ingest");
const reader = testKey("read");
const admin = testKey("admin");
const keys = [sender.entry, reader.entry, admin.entry];
const sound = wireRequest({});

type Headers = Readonly<Record<string, string>>;

/** What a client may send and be let in with, over HTTP and over gRPC. */
const welcome: readonly (readonly [string, Headers])[] = [
  ["a bearer", { authorization: `Bearer ${sender.key}` }],
  ["a bearer in any letter case", { authorization: `bearer  ${sender.key}` }],
  ["x-api-key", { "x-api-key": sender.key }],
  ["Langfuse's pair", { authorization: basic("pk-lf-1", sender.key) }],
  ["an admin's key", { "x-api-key": admin.key }],
];

const refused: readonly (readonly [string, Headers, 401 | 403])[] = [
  ["nothing", {}, 401],
  ["another key", { "x-api-key": createKey() }, 401],
  ["the hash", { "x-api-key": sender.entry.hash }, 401],
  ["the key as a user", { authorization: basic(sender.key, "") }, 401],
  ["no scheme", { authorization: sender.key }, 401],
  ["Basic that is none", { authorization: "Basic %%%" }, 401],
  ["a key of another scope", { "x-api-key": reader.key }, 403],
];

const told = {
  401: { code: codes.UNAUTHENTICATED, name: "UNAUTHENTICATED", outcome: "unauthenticated" },
  403: { code: codes.PERMISSION_DENIED, name: "PERMISSION_DENIED", outcome: "forbidden" },
} as const;

function post({ url }: TestReceiver, headers: Headers): Promise<Response> {
  return fetch(`${url}/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: '{"resourceSpans":[]}',
  });
}

describe("the receiver with keys", () => {
  it.each(welcome)("takes what comes with %s", async (_, headers) => {
    const receiver = await testReceiver({ keys });
    expect((await post(receiver, headers)).status).toBe(200);
    const overGrpc = await grpcClient(receiver.grpc).export(sound, { metadata: headers });
    expect(overGrpc.code).toBe(codes.OK);
  });

  it.each(refused)("refuses what comes with %s", async (_, headers, status) => {
    const { code, name, outcome } = told[status];
    const receiver = await testReceiver({ keys });
    const answer = await post(receiver, headers);
    expect(answer.status).toBe(status);
    expect(answer.headers.has("www-authenticate")).toBe(status === 401);
    const body = await answer.text();
    const message = expect.stringContaining(`${name}: `) as string;
    expect(JSON.parse(body)).toEqual({ code, message });
    const overGrpc = await grpcClient(receiver.grpc).export(sound, { metadata: headers });
    expect(overGrpc).toMatchObject({ code, details: message });
    for (const { key } of [sender, reader, admin]) {
      expect(body + overGrpc.details).not.toContain(key);
    }
    for (const door of ["http", "grpc"]) {
      const counted = { door, scope: "ingest", outcome };
      expect(await receiver.metrics.value("calibrant.admission.decisions", counted)).toBe(1);
    }
  });

  it("decides before it reads the body", async () => {
    const receiver = await testReceiver({ keys });
    const connection = await rawConnection(receiver.port);
    connection.send("POST /v1/traces HTTP/1.1\r\nhost: t\r\ncontent-length: 1000\r\n");
    connection.send("content-type: application/json\r\nexpect: 100-continue\r\n\r\n");
    await connection.sees("HTTP/1.1 401 ");
    expect(connection.received).not.toContain("100 Continue");
    const { answer } = rawGrpc(receiver.grpc).call();
    expect((await answer).code).toBe(codes.UNAUTHENTICATED);
  });

  it("asks nobody when there are no keys", async () => {
    const receiver = await testReceiver();
    expect((await post(receiver, { "x-api-key": "whatever" })).status).toBe(200);
  });
});

describe("admission", () => {
  const everyScope: readonly Scope[] = ["ingest", "feedback", "read", "review", "admin"];
  const one = everyScope.map((scope) => testKey(scope));
  const admission = createAdmission({
    keys: one.map(({ entry }) => entry),
    meter: recordMetrics().meter,
  });

  function outcome(key: string, scope: Scope): string {
    try {
      admission.admit({ apiKey: key, authorization: undefined }, scope, "web");
      return "admitted";
    } catch (error) {
      return error instanceof CalibrantError ? error.code : String(error);
    }
  }

  it("admits a key to its own scopes, and an admin's to all", () => {
    for (const { key, entry } of one) {
      const [own] = entry.scopes;
      expect(everyScope.map((scope) => outcome(key, scope))).toEqual(
        everyScope.map((scope) =>
          scope === own || own === "admin" ? "admitted" : "PERMISSION_DENIED",
        ),
      );
    }
  });

  it("admits nobody by accident", () => {
    const text = fc.option(fc.string({ unit: "binary" }), { nil: undefined });
    const credentials: fc.Arbitrary<Credentials> = fc.record({
      authorization: fc.oneof(
        text,
        fc.tuple(fc.constantFrom("Bearer ", "Basic "), fc.string()).map((parts) => parts.join("")),
        fc.tuple(fc.string(), fc.string()).map(([user, password]) => basic(user, password)),
      ),
      apiKey: text,
    });
    fc.assert(
      fc.property(credentials, (sent) => {
        expect(() => admission.admit(sent, "ingest", "http")).toThrow(
          expect.objectContaining({ code: "UNAUTHENTICATED" }),
        );
      }),
    );
  });
});
