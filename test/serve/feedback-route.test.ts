import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CalibrantError } from "#processor/kernel/errors.js";
import type { FeedbackDoor } from "#processor/model/ports.js";
import { serveConfig } from "#processor/serve/serve-config.js";
import { startTestServer, type TestServer } from "../support/web-server.js";

interface Failure {
  readonly error: { readonly code: string };
}

let server: TestServer;
let accept: FeedbackDoor["accept"];
const received: unknown[] = [];

beforeAll(async () => {
  server = await startTestServer({
    config: serveConfig.parse({ endpoint: "127.0.0.1:0", max_body_size: "1KiB" }),
    feedback: { accept: (body, source) => accept(body, source) },
  });
});

afterAll(() => server.stop());

function post(
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${server.address}/v1/feedback`, {
    method: "POST",
    body,
    headers: { "content-type": "application/json", ...headers },
  });
}

function chunked(size: number): Promise<Response> {
  const body = new ReadableStream({
    start: (controller) => {
      controller.enqueue(new TextEncoder().encode(`"${"x".repeat(size)}"`));
      controller.close();
    },
  });
  return fetch(`${server.address}/v1/feedback`, {
    method: "POST",
    body,
    headers: { "content-type": "application/json" },
    duplex: "half",
  });
}

async function failureOf(answer: Response): Promise<[number, string]> {
  const { error } = (await answer.json()) as Failure;
  return [answer.status, error.code];
}

describe("POST /v1/feedback", () => {
  it("hands the body over and answers 202 with the ids", async () => {
    accept = (body, source) => {
      received.push([body, source]);
      return Promise.resolve({ outcome: "accepted", feedbackIds: ["a", "b"] });
    };
    const answer = await post('[{"kind":"thumbs"}]', {
      "content-type": "Application/JSON; charset=utf-8",
    });
    expect([answer.status, await answer.json()]).toEqual([
      202,
      { accepted: 2, feedback_ids: ["a", "b"] },
    ]);
    await post("{}", { origin: server.address, "content-type": "text/plain" });
    expect(received).toEqual([
      [[{ kind: "thumbs" }], "api"],
      [{}, "browser"],
    ]);
  });

  it("answers 400 with every fault when the event is refused", async () => {
    const faults = [
      { path: "[1].value", message: "thumbs must be -1 or 1" },
      { path: "[1].kind", message: "is missing" },
    ];
    accept = () => Promise.resolve({ outcome: "rejected", faults });
    const answer = await post("{}");
    expect([answer.status, await answer.json()]).toEqual([
      400,
      {
        error: {
          code: "FEEDBACK_INVALID",
          message: "[1].value: thumbs must be -1 or 1; [1].kind: is missing",
          faults,
        },
      },
    ]);
  });

  it("asks to try again later while the spool is full", async () => {
    accept = () => Promise.reject(new CalibrantError("SPOOL_FULL", "full", { retryable: true }));
    const answer = await post("{}");
    expect(answer.headers.get("retry-after")).toBe("2");
    expect(await failureOf(answer)).toEqual([503, "SPOOL_FULL"]);
  });

  it("tells nothing of an unforeseen failure", async () => {
    accept = () => Promise.reject(new Error("password=hunter2"));
    const answer = await post("{}");
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain("hunter2");
  });

  it.each<[string, () => Promise<Response>, [number, string]]>([
    ["JSON that is none", () => post("{"), [400, "REQUEST_MALFORMED"]],
    ["an empty body", () => post(""), [400, "REQUEST_MALFORMED"]],
    [
      "bytes that are not UTF-8",
      () => post(new Uint8Array([0x22, 0xff, 0x22])),
      [400, "REQUEST_MALFORMED"],
    ],
    [
      "another content type",
      () => post("{}", { "content-type": "text/plain" }),
      [415, "REQUEST_UNSUPPORTED"],
    ],
    [
      "a compressed body",
      () => post("{}", { "content-encoding": "gzip" }),
      [415, "REQUEST_UNSUPPORTED"],
    ],
    [
      "a body over the limit",
      () => post(JSON.stringify("x".repeat(1_100))),
      [413, "REQUEST_TOO_LARGE"],
    ],
    ["a body over the limit without a length", () => chunked(1_100), [413, "REQUEST_TOO_LARGE"]],
  ])("refuses %s", async (_name, send, failure) => {
    accept = () => Promise.reject(new Error("must not be reached"));
    expect(await failureOf(await send())).toEqual(failure);
  });
});
