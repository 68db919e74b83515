import { readFileSync } from "node:fs";
import { createNoopMeter } from "@opentelemetry/api";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFeedbackToken } from "#instrumentation/index.js";
import { parseConfig } from "#processor/config.js";
import { feedbackConfig } from "#processor/feedback/feedback-config.js";
import { createFeedbackDoor } from "#processor/feedback/feedback.js";
import { readToken } from "#processor/feedback/feedback-token.js";
import type { FeedbackDoor, FeedbackSender } from "#processor/model/ports.js";
import { heldClock } from "../support/held-clock.js";

/** What both sides must make of the same secret and the same token. */
const vector = JSON.parse(
  readFileSync(new URL("../cases/feedback/token.json", import.meta.url), "utf8"),
) as {
  readonly secret: string;
  readonly interaction_id: string;
  readonly kinds: "thumbs"[];
  readonly expires_at: number;
  readonly nonce: string;
  readonly token: string;
};
const [traceId = "", spanId = ""] = vector.interaction_id.split("-");
const now = vector.expires_at * 1_000 - 3_600_000;
const { secret } = vector;
const stranger: FeedbackSender = { admitted: false, address: "192.0.2.1" };
const keyHolder: FeedbackSender = { admitted: true, address: "192.0.2.2" };

function token(changes: Partial<Parameters<typeof createFeedbackToken>[0]> = {}): string {
  return createFeedbackToken({ secret, interactionId: vector.interaction_id, now, ...changes });
}

function open(settings: object = {}): {
  door: FeedbackDoor;
  stored: () => number;
  clock: ReturnType<typeof heldClock>;
} {
  let stored = 0;
  const clock = heldClock(now);
  const config = feedbackConfig.parse({ tokens: { secrets: [secret] }, ...settings });
  const intake = {
    append: (blocks: readonly { readonly rows: number }[]) => {
      for (const { rows } of blocks) stored += rows;
      return Promise.resolve();
    },
  };
  const door = createFeedbackDoor({ config, clock, intake, meter: createNoopMeter() });
  return { door, stored: () => stored, clock };
}

const thumbs = { interaction_id: vector.interaction_id, kind: "thumbs", value: 1 };

async function codeOf(answer: Promise<unknown>): Promise<unknown> {
  return answer.then(
    () => "accepted",
    (error: { code?: string }) => error.code,
  );
}

describe("the token of the test vector", () => {
  it("is what the application makes and what the service reads", () => {
    const made = createFeedbackToken({
      secret,
      interactionId: vector.interaction_id,
      kinds: vector.kinds,
      nonce: vector.nonce,
      now,
    });
    expect(made).toBe(vector.token);
    expect(readToken(vector.token, { secrets: [secret], now, skew: 0 })).toEqual({
      traceId,
      spanId,
      kinds: vector.kinds,
    });
  });
});

describe("a token", () => {
  it("lets strangers and web pages say something about its interaction", async () => {
    const { door, stored } = open({ rates: { per_interaction: 100, per_address: 100 } });
    const target = { kind: "copy", token: token() };
    for (const named of [
      { interaction_id: vector.interaction_id },
      { trace_id: traceId.toUpperCase() },
      { trace_id: traceId, span_id: spanId },
      { interaction_id: vector.interaction_id, trace_id: traceId, span_id: spanId },
    ]) {
      expect((await door.accept({ ...target, ...named }, "browser", stranger)).outcome).toBe(
        "accepted",
      );
    }
    expect(stored()).toBe(4);
    await door.accept({ ...thumbs, token: vector.token }, "api", stranger);
    expect(stored()).toBe(5);
  });

  it("must be there, genuine, in time and made for what is said", async () => {
    const { door, stored, clock } = open({ rates: { per_address: 1_000, per_interaction: 1_000 } });
    const code = (event: object): Promise<unknown> =>
      codeOf(door.accept([{ ...thumbs, ...event }], "browser", keyHolder));
    const forged = vector.token.replace(
      /\.(.)/,
      (_, first: string) => `.${first === "e" ? "f" : "e"}`,
    );
    expect(await code({})).toBe("FEEDBACK_TOKEN_MISSING");
    expect(await code({ token: null })).toBe("FEEDBACK_TOKEN_MISSING");
    expect(await code({ token: "cal1.x.y" })).toBe("FEEDBACK_TOKEN_INVALID");
    expect(await code({ token: forged })).toBe("FEEDBACK_TOKEN_INVALID");
    expect(await code({ token: token({ secret: `${secret}!` }) })).toBe("FEEDBACK_TOKEN_INVALID");
    expect(await code({ token: token({ lifetime: 86_400 + 301 }) })).toBe("FEEDBACK_TOKEN_INVALID");
    expect(await code({ token: token({ interactionId: "../etc" }) })).toBe(
      "FEEDBACK_TOKEN_INVALID",
    );
    expect(await code({ token: token({ lifetime: 0 }) })).toBe("FEEDBACK_TOKEN_EXPIRED");
    const other = token({ interactionId: `${"1".repeat(32)}-${spanId}` });
    expect(await code({ token: other })).toBe("FEEDBACK_TOKEN_MISMATCH");
    expect(await code({ token: token({ kinds: ["comment"] }) })).toBe("FEEDBACK_TOKEN_MISMATCH");
    for (const claim of [
      { user_id: "somebody" },
      { response_id: "r" },
      { interaction_id: undefined, response_id: "r" },
      { interaction_id: undefined, trace_id: "1".repeat(32) },
      { interaction_id: undefined, trace_id: traceId, span_id: "1".repeat(16) },
    ]) {
      expect(await code({ token: token(), ...claim })).toBe("FEEDBACK_TOKEN_MISMATCH");
    }
    expect(await code({ token: token() })).toBe("accepted");
    clock.advance(3_600_000);
    expect(await code({ token: token() })).toBe("FEEDBACK_TOKEN_EXPIRED");
    expect(stored()).toBe(1);
  });

  it("is not needed with an API key, but right where there is one", async () => {
    const { door } = open();
    const accept = (event: object) =>
      codeOf(door.accept({ ...thumbs, user_id: "u", ...event }, "api", keyHolder));
    expect(await accept({})).toBe("accepted");
    expect(await accept({ token: token() })).toBe("accepted");
    expect(await accept({ token: "nonsense" })).toBe("FEEDBACK_TOKEN_INVALID");
  });

  it("is not needed by web pages where that is said, but by those without a key", async () => {
    const { door } = open({ tokens: { secrets: [secret], required_from_browsers: false } });
    expect(await codeOf(door.accept(thumbs, "browser", keyHolder))).toBe("accepted");
    expect(await codeOf(door.accept(thumbs, "browser", stranger))).toBe("FEEDBACK_TOKEN_MISSING");
  });

  it("may be signed with an old secret while a new one is brought in", async () => {
    const fresh = "another secret of thirty-two characters";
    const { door } = open({ tokens: { secrets: [fresh, secret] } });
    for (const signer of [fresh, secret]) {
      const event = { ...thumbs, token: token({ secret: signer }) };
      expect(await codeOf(door.accept(event, "browser", stranger))).toBe("accepted");
    }
  });

  it("never lets anything in that is not signed, whatever it is", () => {
    const checks = { secrets: [secret], now, skew: 0 };
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary", maxLength: 60 }),
          fc.tuple(fc.base64String(), fc.base64String()).map(([a, b]) => `cal1.${a}.${b}`),
          fc
            .nat(vector.token.length - 1)
            .map((at) => vector.token.slice(0, at) + "!" + vector.token.slice(at + 1)),
          fc.nat(vector.token.length - 1).map((end) => vector.token.slice(0, end)),
        ),
        (text) => {
          expect(() => readToken(text, checks)).toThrow(/^token: is not/);
        },
      ),
    );
  });
});

describe("limits of strangers", () => {
  it("are ten requests a minute of one address and five about one interaction", async () => {
    const { door, clock, stored } = open();
    const say = (address: string, changes: object = {}): Promise<unknown> =>
      codeOf(
        door.accept({ ...thumbs, token: token(), ...changes }, "browser", {
          admitted: true,
          address,
        }),
      );
    for (let index = 0; index < 5; index++) expect(await say(`a${index}`)).toBe("accepted");
    expect(await say("a5")).toBe("RATE_LIMITED");
    for (let index = 0; index < 10; index++) await say("b", { token: "none" });
    expect(await say("b")).toBe("RATE_LIMITED");
    clock.advance(12_000);
    expect(await say("b")).toBe("accepted");
    expect(stored()).toBe(6);
  });

  it("are not those of a sender with a key", async () => {
    const { door, stored } = open();
    for (let index = 0; index < 30; index++) {
      await door.accept({ ...thumbs, idempotency_key: String(index) }, "api", keyHolder);
    }
    expect(stored()).toBe(30);
  });
});

function read(feedback: object): () => unknown {
  return () => parseConfig(JSON.stringify({ receivers: { feedback } }), {});
}

describe("the configuration of web pages", () => {
  it("asks for a secret with the first origin, unless tokens are not wanted", () => {
    const origins = { allowed_origins: ["https://app.example.com"] };
    expect(read(origins)).toThrow("receivers.feedback.tokens.secrets");
    expect(read({ ...origins, tokens: { secrets: ["short"] } })).toThrow("32 characters");
    expect(read({ ...origins, tokens: { secrets: [secret] } })).not.toThrow();
    expect(read({ ...origins, tokens: { required_from_browsers: false } })).not.toThrow();
    for (const origin of ["*", "https://app.example.com/", "app.example.com", "null", "file://"]) {
      expect(read({ allowed_origins: [origin], tokens: { secrets: [secret] } })).toThrow(
        "allowed_origins",
      );
    }
  });
});
