import { createNoopMeter } from "@opentelemetry/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFeedbackToken } from "#instrumentation/index.js";
import { createAdmission } from "#processor/admission/admission.js";
import { feedbackConfig } from "#processor/feedback/feedback-config.js";
import { createFeedbackDoor } from "#processor/feedback/feedback.js";
import { systemClock } from "#processor/kernel/clock.js";
import { testKey } from "../support/api-keys.js";
import { startTestServer, type TestServer } from "../support/web-server.js";

const secret = "a secret of at least thirty-two characters";
const page = "https://app.example.com";
const interactionId = `${"a".repeat(32)}-${"b".repeat(16)}`;
const thumbs = { interaction_id: interactionId, kind: "thumbs", value: 1 };
const feedbackKey = testKey("feedback");

let guarded: TestServer;
let closed: TestServer;

beforeAll(async () => {
  const meter = createNoopMeter();
  const config = feedbackConfig.parse({
    allowed_origins: [page],
    tokens: { secrets: [secret] },
    rates: { per_address: 3, per_interaction: 100, address_header: "x-forwarded-for" },
  });
  const intake = { append: () => Promise.resolve() };
  guarded = await startTestServer({
    admission: createAdmission({ keys: [feedbackKey.entry], meter }),
    feedback: createFeedbackDoor({ config, clock: systemClock, intake, meter }),
  });
  closed = await startTestServer();
});

afterAll(async () => {
  await guarded.stop();
  await closed.stop();
});

let clients = 0;

function ask(
  server: TestServer,
  method: string,
  headers: Record<string, string>,
  event?: object,
): Promise<Response> {
  return fetch(`${server.address}/v1/feedback`, {
    method,
    // Every question is another client's, where it does not say otherwise.
    headers: { "x-forwarded-for": `10.0.0.1, client-${clients++}`, ...headers },
    ...(event === undefined ? {} : { body: JSON.stringify(event) }),
  });
}

async function codeOf(answer: Response): Promise<[number, string | undefined]> {
  const { error } = (await answer.json()) as { readonly error?: { readonly code: string } };
  return [answer.status, error?.code];
}

describe("a page of an allowed origin", () => {
  it("may ask beforehand", async () => {
    const answer = await ask(guarded, "OPTIONS", {
      origin: page,
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type",
    });
    expect(answer.status).toBe(204);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "access-control-allow-origin": page,
      "access-control-allow-methods": "POST",
      "access-control-allow-headers": "content-type",
      "access-control-max-age": "600",
      vary: "origin",
    });
    expect(answer.headers.has("access-control-allow-credentials")).toBe(false);
  });

  it("may send with a token and without a key, and read the answer, errors too", async () => {
    const token = createFeedbackToken({ secret, interactionId });
    for (const type of ["application/json", "text/plain;charset=UTF-8"]) {
      const headers = { origin: page, "content-type": type };
      const answer = await ask(guarded, "POST", headers, { ...thumbs, token });
      expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([
        202,
        page,
      ]);
      const refused = await ask(guarded, "POST", headers, thumbs);
      expect(refused.headers.get("access-control-allow-origin")).toBe(page);
      expect(await codeOf(refused)).toEqual([401, "FEEDBACK_TOKEN_MISSING"]);
    }
    const expired = createFeedbackToken({ secret, interactionId, lifetime: -1 });
    const json = { origin: page, "content-type": "application/json" };
    expect(await codeOf(await ask(guarded, "POST", json, { ...thumbs, token: expired }))).toEqual([
      401,
      "FEEDBACK_TOKEN_EXPIRED",
    ]);
    const other = { ...thumbs, interaction_id: interactionId.replace("a", "c"), token };
    expect(await codeOf(await ask(guarded, "POST", json, other))).toEqual([
      403,
      "FEEDBACK_TOKEN_MISMATCH",
    ]);
  });

  it("may send 256 KiB at most", async () => {
    const headers = { origin: page, "content-type": "text/plain" };
    const answer = await ask(guarded, "POST", headers, { ...thumbs, comment: "x".repeat(262_144) });
    expect(await codeOf(answer)).toEqual([413, "REQUEST_TOO_LARGE"]);
  });

  it("is asked to wait when it comes too often, by the address that the proxy names", async () => {
    const headers = {
      origin: page,
      "content-type": "text/plain",
      "x-forwarded-for": "spoofed, same",
    };
    const statuses = [];
    for (let index = 0; index < 4; index++) {
      statuses.push((await ask(guarded, "POST", headers, thumbs)).status);
    }
    expect(statuses).toEqual([401, 401, 401, 429]);
    const answer = await ask(guarded, "POST", headers, thumbs);
    expect(answer.headers.get("retry-after")).toBe("30");
    expect(answer.headers.get("access-control-expose-headers")).toBe("retry-after");
  });
});

describe("other senders", () => {
  const json = { "content-type": "application/json" };

  it("that are pages of other origins are refused, asking or sending", async () => {
    const token = createFeedbackToken({ secret, interactionId });
    for (const origin of [
      "https://evil.example",
      `${page}.evil.example`,
      "null",
      "http://app.example.com",
    ]) {
      for (const method of ["OPTIONS", "POST"]) {
        const answer = await ask(
          guarded,
          method,
          { ...json, origin },
          method === "POST" ? { ...thumbs, token } : undefined,
        );
        expect(answer.headers.get("access-control-allow-origin")).toBeNull();
        expect(await codeOf(answer)).toEqual([403, "ORIGIN_REFUSED"]);
      }
    }
    const preflight = await ask(closed, "OPTIONS", { origin: page });
    expect(await codeOf(preflight)).toEqual([403, "ORIGIN_REFUSED"]);
  });

  it("need a key, a token or both, by what they are", async () => {
    const key = { "x-api-key": feedbackKey.key };
    const token = createFeedbackToken({ secret, interactionId });
    expect((await ask(guarded, "POST", { ...json, ...key }, thumbs)).status).toBe(202);
    expect((await ask(guarded, "POST", json, { ...thumbs, token })).status).toBe(202);
    expect(await codeOf(await ask(guarded, "POST", json, thumbs))).toEqual([
      401,
      "FEEDBACK_TOKEN_MISSING",
    ]);
    const wrong = { ...json, "x-api-key": "wrong" };
    expect(await codeOf(await ask(guarded, "POST", wrong, { ...thumbs, token }))).toEqual([
      401,
      "UNAUTHENTICATED",
    ]);
    // A token is for feedback alone.
    const list = await fetch(`${guarded.address}/api/interactions`, { headers: { origin: page } });
    expect(list.status).toBe(401);
    expect(list.headers.get("access-control-allow-origin")).toBeNull();
  });
});
