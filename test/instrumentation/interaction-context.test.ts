import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  trace,
  TraceFlags,
  type Context,
} from "@opentelemetry/api";
import * as fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import {
  currentInteraction,
  GenAiFetchInstrumentation,
  InteractionPropagator,
  withInteraction,
  type BaggagePolicy,
} from "#instrumentation/index.js";
import {
  everyAttribute as attributes,
  everyOption as options,
} from "../support/interaction-samples.js";
import { startInteractionSdk, type InteractionSdk } from "../support/interaction-sdk.js";

let sdk: InteractionSdk;
const tracer = trace.getTracer("application");

beforeAll(() => {
  sdk = startInteractionSdk();
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  sdk.reset();
});
afterAll(() => sdk.stop());

function within(name: string, work: () => void = () => {}): void {
  tracer.startActiveSpan(name, (span) => {
    work();
    span.end();
  });
}

function headersFrom(source: Context): Record<string, string> {
  const headers: Record<string, string> = {};
  propagation.inject(source, headers);
  return headers;
}

/** A request to a host, as an instrumentation of HTTP makes its span. */
function headersTo(host: string, policy?: BaggagePolicy): Record<string, string> {
  const span = tracer.startSpan("GET", {
    kind: SpanKind.CLIENT,
    attributes: { "url.full": `https://${host}/x` },
  });
  const source = trace.setSpan(context.active(), span);
  const headers: Record<string, string> = {};
  if (policy === undefined) propagation.inject(source, headers);
  else new InteractionPropagator(inner, policy).inject(source, headers, setter);
  span.end();
  return headers;
}
const setter = {
  set: (carrier: unknown, key: string, value: string): void => {
    (carrier as Record<string, string>)[key] = value;
  },
};
const inner = {
  inject: (source: Context, carrier: unknown): void => {
    for (const [key, { value }] of propagation.getBaggage(source)?.getAllEntries() ?? []) {
      setter.set(carrier, key, value);
    }
  },
  extract: (target: Context): Context => target,
  fields: (): string[] => ["baggage"],
};

describe("what is known of an interaction", () => {
  it("is on every span and log record within, beside what they say themselves", () => {
    withInteraction(options, () => {
      within("outer", () => {
        within("inner");
        tracer.startSpan("own", { attributes: { "user.id": "somebody else" } }).end();
      });
      sdk.logger.emit({ body: "hello", attributes: { feature: 1 } });
    });
    within("after");
    const found = new Map(sdk.spans().map((span) => [span.name, span.attributes]));
    expect(found.get("outer")).toEqual(attributes);
    expect(found.get("inner")).toEqual(attributes);
    expect(found.get("own")).toEqual({ ...attributes, "user.id": "somebody else" });
    expect(found.get("after")).toEqual({});
    expect(sdk.records().map((record) => record.attributes)).toEqual([
      { ...attributes, feature: 1 },
    ]);
  });

  it("goes to the next service as W3C baggage, with the interaction, and never with foreign keys", () => {
    const foreign = propagation.createBaggage({
      "user.id": { value: "foreign" },
      plan: { value: "x" },
    });
    let headers: Record<string, string> = {};
    const first = context.with(propagation.setBaggage(ROOT_CONTEXT, foreign), () =>
      withInteraction(options, () => {
        headers = headersFrom(context.active());
        return currentInteraction();
      }),
    );
    expect(headers["baggage"]).toContain("calibrant.user.id=u%2F1%2C%20%C3%BC");
    expect(headers["baggage"]).toContain("plan=x");
    const second = context.with(propagation.extract(ROOT_CONTEXT, headers), () => {
      within("next service");
      return currentInteraction();
    });
    expect(sdk.spans().at(-1)?.attributes).toEqual(attributes);
    expect(second).toEqual(first);
    expect(Object.keys(sdk.spans()[0]?.attributes ?? {})).not.toContain("plan");
  });

  it("is not taken from a stranger in another trace, or in a form that is none", () => {
    const elsewhere = "calibrant.interaction.id=" + "1".repeat(32) + "-" + "2".repeat(16);
    for (const baggage of [
      elsewhere,
      "calibrant.interaction.id=1-2,calibrant.feature=" + "x".repeat(300),
    ]) {
      const headers = { traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01`, baggage };
      context.with(propagation.extract(ROOT_CONTEXT, headers), () => {
        expect(currentInteraction()).toBeUndefined();
        within("guarded");
      });
    }
    expect(sdk.spans().map((span) => span.attributes)).toEqual([{}, {}]);
  });

  it("is taken over by an interaction within, except for what that says itself", () => {
    withInteraction(options, () => withInteraction({ feature: "search" }, () => within("call")));
    expect(sdk.spans()[0]?.attributes).toEqual({ ...attributes, "calibrant.feature": "search" });
    expect(sdk.spans()[1]?.attributes).toEqual({ ...attributes, "calibrant.feature": "search" });
  });

  it("may be anything: baggage stays sendable, values that are too long stay at home", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1, maxLength: 120 }), (text) => {
        sdk.reset();
        const headers = withInteraction({ userId: text, feature: "f" }, () => {
          within("call");
          return headersFrom(context.active());
        });
        expect(sdk.spans()[0]?.attributes["user.id"]).toBe(text);
        const received = propagation.getBaggage(propagation.extract(ROOT_CONTEXT, headers));
        const well = text.replace(/\p{Surrogate}/gu, "\uFFFD");
        const fits = encodeURIComponent(well).length <= 256;
        expect(received?.getEntry("calibrant.user.id")?.value).toBe(fits ? well : undefined);
        expect(received?.getEntry("calibrant.feature")?.value).toBe("f");
      }),
    );
    const full = Object.fromEntries(Object.keys(options).map((name) => [name, "ü".repeat(42)]));
    const sent = withInteraction(full, () => headersFrom(context.active()));
    expect(sent["baggage"]?.length).toBeLessThan(3_072);
  });

  it("takes numbers and leaves out what is no text", () => {
    withInteraction(
      { userId: 42, sessionId: null, feature: {}, variant: "" } as unknown as typeof options,
      () => {},
    );
    withInteraction(undefined as unknown as typeof options, () => {});
    expect(sdk.spans().map((span) => span.attributes)).toEqual([{ "user.id": "42" }, {}]);
  });
});

describe("the baggage of an interaction", () => {
  it("does not go to model providers", () => {
    withInteraction(options, () => {
      for (const host of ["api.openai.com", "bedrock-runtime.eu-west-1.amazonaws.com"]) {
        expect(headersTo(host)["baggage"]).toBeUndefined();
        expect(headersTo(host)["traceparent"]).toBeDefined();
      }
      for (const host of ["orders.shop.example", "notopenai.com", "eu.elb.amazonaws.com"]) {
        expect(headersTo(host)["baggage"]).toContain("calibrant.user.id");
      }
    });
  });

  it("goes to the listed hosts alone, and nowhere that is not known", () => {
    vi.stubEnv("CALIBRANT_BAGGAGE_HOSTS", "orders.example, *.shop.example");
    withInteraction(options, () => {
      expect(headersTo("orders.example")["baggage"]).toContain("calibrant.feature");
      expect(headersTo("A.Shop.example")["baggage"]).toContain("calibrant.feature");
      expect(headersTo("shop.example.evil.test")["baggage"]).toBeUndefined();
      expect(headersFrom(context.active())["baggage"]).toBeUndefined();
    });
    vi.unstubAllEnvs();
    withInteraction(options, () => {
      expect(headersTo("a.test", { hosts: ["b.test"] })).toEqual({});
      expect(headersTo("b.test", { hosts: ["b.test"] })).toHaveProperty("calibrant.feature");
    });
  });

  it("goes without the user's id where that is switched off, which spans still have", () => {
    withInteraction(options, () => {
      const headers = headersTo("orders.example", { userId: false });
      expect(Object.keys(headers)).not.toContain("calibrant.user.id");
      expect(headers["calibrant.session.id"]).toBe("s1");
    });
    vi.stubEnv("CALIBRANT_BAGGAGE_USER_ID", "false");
    withInteraction(options, () => {
      expect(headersTo("orders.example")["baggage"]).not.toContain("user.id");
      within("call");
    });
    expect(sdk.spans().at(-2)?.attributes["user.id"]).toBe(options.userId);
  });

  it("stays at home with a trace that is not recorded", () => {
    const unsampled = {
      traceId: "a".repeat(32),
      spanId: "b".repeat(16),
      traceFlags: TraceFlags.NONE,
    };
    context.with(trace.setSpanContext(ROOT_CONTEXT, unsampled), () =>
      withInteraction(options, () => expect(headersTo("a.test")["baggage"]).toBeUndefined()),
    );
  });

  it("is not there where a model call is made", async () => {
    const seen: unknown[] = [];
    vi.stubGlobal("fetch", () => {
      const entries = propagation.getActiveBaggage()?.getAllEntries() ?? [];
      seen.push(entries.map(([key]) => key));
      return Promise.resolve(new Response("{}"));
    });
    const instrumentation = new GenAiFetchInstrumentation();
    const others = propagation.createBaggage({ plan: { value: "x" } });
    await context.with(propagation.setBaggage(ROOT_CONTEXT, others), () =>
      withInteraction(options, () =>
        fetch("https://models.example/v1/chat/completions", {
          method: "POST",
          body: JSON.stringify({ model: "m", messages: [] }),
        }),
      ),
    );
    instrumentation.disable();
    expect(seen).toEqual([["plan"]]);
  });
});
