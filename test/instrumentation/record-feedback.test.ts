import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { createNoopMeter, trace } from "@opentelemetry/api";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import {
  currentInteraction,
  flushFeedback,
  recordFeedback,
  withInteraction,
  type FeedbackOptions,
} from "#instrumentation/index.js";
import { createAdmission } from "#processor/admission/admission.js";
import { feedbackConfig } from "#processor/feedback/feedback-config.js";
import { createFeedbackDoor } from "#processor/feedback/feedback.js";
import { systemClock } from "#processor/kernel/clock.js";
import { testKey } from "../support/api-keys.js";
import { startFeedbackServer, type FeedbackServer } from "../support/feedback-server.js";
import { freePort } from "../support/free-port.js";
import { startInteractionSdk, type InteractionSdk } from "../support/interaction-sdk.js";
import { until } from "../support/until.js";
import { startTestServer } from "../support/web-server.js";

let sdk: InteractionSdk;
let server: FeedbackServer;
const warnings: string[] = [];

beforeAll(() => {
  sdk = startInteractionSdk();
  vi.spyOn(process, "emitWarning").mockImplementation((warning) => {
    warnings.push(String(warning));
  });
});
beforeEach(async () => {
  server = await startFeedbackServer();
  vi.stubEnv("CALIBRANT_URL", `${server.url}/`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
  sdk.reset();
});
afterAll(async () => {
  await sdk.stop();
  vi.restoreAllMocks();
});

const responseId = "chatcmpl-1";

describe("recordFeedback", () => {
  it("is taken by the service, with the key, the interaction and its user", async () => {
    const key = testKey("feedback");
    const rows: Record<string, unknown>[] = [];
    const service = await startTestServer({
      admission: createAdmission({ keys: [key.entry], meter: createNoopMeter() }),
      feedback: createFeedbackDoor({
        config: feedbackConfig.parse({}),
        clock: systemClock,
        meter: createNoopMeter(),
        intake: {
          append: (blocks) => {
            for (const { bytes } of blocks) {
              const lines = Buffer.from(bytes).toString().trimEnd().split("\n");
              rows.push(...lines.map((line) => JSON.parse(line) as Record<string, unknown>));
            }
            return Promise.resolve();
          },
        },
      }),
    });
    vi.stubEnv("CALIBRANT_URL", service.address);
    vi.stubEnv("CALIBRANT_API_KEY", key.key);
    const found = withInteraction({ userId: "u-1" }, () => {
      expect(recordFeedback({ kind: "thumbs", value: -1 })).toBe(true);
      recordFeedback({ kind: "rating", value: 4, max: 5, userId: "u-2" });
      recordFeedback({ kind: "comment", comment: "wrong price", responseId });
      return currentInteraction();
    });
    recordFeedback({ kind: "retry", interactionId: found?.interactionId ?? "" });
    expect(await flushFeedback()).toBe(true);
    await service.stop();
    const target = { interaction_id: found?.interactionId, trace_id: found?.traceId };
    expect(rows).toMatchObject([
      { ...target, kind: "thumbs", value: -1, user_id: "u-1", source: "api" },
      { ...target, kind: "rating", value: 4, value_max: 5, user_id: "u-2" },
      { interaction_id: "", response_id: responseId, comment: "wrong price" },
      { ...target, kind: "retry", user_id: "" },
    ]);
  });

  it("names the trace of a span outside of any interaction, and nothing without one", async () => {
    const traceId = trace.getTracer("application").startActiveSpan("work", (span) => {
      recordFeedback({ kind: "copy", occurredAt: Date.UTC(2026, 0, 2) });
      span.end();
      return span.spanContext().traceId;
    });
    expect(recordFeedback({ kind: "copy" })).toBe(false);
    await flushFeedback();
    expect(server.taken()).toMatchObject([
      { trace_id: traceId, kind: "copy", occurred_at: "2026-01-02T00:00:00.000Z" },
    ]);
    expect(server.requests[0]?.headers["authorization"]).toBeUndefined();
    expect(sdk.spans().map(({ name }) => name)).toEqual(["work"]);
  });

  it("asks again, with the same key, until the service has it", async () => {
    let failures = 0;
    server.answer(() => {
      failures++;
      return ([503, "hang up", 429] as const)[failures - 1] ?? 202;
    });
    recordFeedback({ kind: "copy", responseId });
    expect(await flushFeedback(20_000)).toBe(true);
    const keys = server.requests.map(({ events }) => events[0]?.["idempotency_key"]);
    expect(keys).toHaveLength(4);
    expect(new Set(keys).size).toBe(1);
  });

  it("drops what is refused, and not what was sent beside it", async () => {
    server.answer(({ events }) => (events.some(({ value }) => value === 7) ? 400 : 202));
    for (const value of [1, 7, -1]) recordFeedback({ kind: "thumbs", value, responseId });
    expect(await flushFeedback()).toBe(true);
    expect(server.taken().map(({ value }) => value)).toEqual([1, -1]);
    server.answer(() => 401);
    recordFeedback({ kind: "copy", responseId });
    expect(await flushFeedback()).toBe(true);
    expect(warnings.some((text) => text.includes("refused with status 401"))).toBe(true);
  });

  it("holds a thousand events at most, and gives up waiting in time", async () => {
    vi.stubEnv("CALIBRANT_URL", `http://127.0.0.1:${await freePort()}`);
    const taken = Array.from({ length: 1_005 }, () => recordFeedback({ kind: "copy", responseId }));
    expect(taken.filter(Boolean)).toHaveLength(1_000);
    expect(await flushFeedback(100)).toBe(false);
    expect(recordFeedback({ kind: "comment", comment: "x".repeat(70_000), responseId })).toBe(
      false,
    );
  });

  it("never throws", () => {
    const circle: Record<string, unknown> = {};
    circle["value"] = circle;
    for (const wrong of [
      undefined,
      { kind: "copy", responseId, value: circle },
      { kind: "copy", responseId, occurredAt: Number.NaN },
      { kind: "copy", responseId, value: 1n },
    ]) {
      expect(recordFeedback(wrong as unknown as FeedbackOptions)).toBe(false);
    }
    vi.stubEnv("CALIBRANT_URL", "");
    expect(recordFeedback({ kind: "copy", responseId })).toBe(false);
    expect(warnings.some((text) => text.includes("CALIBRANT_URL must be"))).toBe(true);
  });
});

describe("feedback that waits when a process ends", () => {
  const run = promisify(execFile);
  const root = join(import.meta.dirname, "../..");
  const record = `
    import { recordFeedback } from "@calibrant/instrumentation";
    recordFeedback({ kind: "thumbs", value: 1, responseId: "r" });`;

  it.each<[string, string[], string, string | undefined]>([
    ["without the SDK", [], record, undefined],
    [
      "with it, at SIGTERM",
      ["--import", "@calibrant/instrumentation/register"],
      `${record}\nprocess.kill(process.pid, "SIGTERM"); setInterval(() => {}, 1000);`,
      "SIGTERM",
    ],
  ])("is sent %s", async (_name, options, code, ending) => {
    const environment = {
      PATH: process.env["PATH"],
      CALIBRANT_URL: server.url,
      OTEL_TRACES_EXPORTER: "console",
    };
    const ended = run(process.execPath, [...options, "--input-type=module", "-e", code], {
      cwd: root,
      env: environment,
    });
    const signal = await ended.then(
      () => undefined,
      (error: { readonly signal?: string }) => error.signal,
    );
    expect(signal).toBe(ending);
    await until("the event", () => server.taken().length === 1);
  });
});

describe("currentInteraction", () => {
  it("has a token where there is a secret, and warns of one that is none", () => {
    expect(withInteraction({}, currentInteraction)).not.toHaveProperty("feedbackToken");
    vi.stubEnv("CALIBRANT_FEEDBACK_SECRET", "short");
    expect(withInteraction({}, currentInteraction)).not.toHaveProperty("feedbackToken");
    expect(warnings.some((text) => text.includes("CALIBRANT_FEEDBACK_SECRET"))).toBe(true);
    vi.stubEnv("CALIBRANT_FEEDBACK_SECRET", "a secret of at least thirty-two characters");
    const token = withInteraction({}, currentInteraction)?.feedbackToken;
    expect(token).toMatch(/^cal1\.[\w-]+\.[\w-]{43}$/);
  });
});
