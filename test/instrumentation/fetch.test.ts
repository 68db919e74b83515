import { trace, type TracerProvider } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import { GenAiFetchInstrumentation } from "#instrumentation/index.js";
import { until } from "../support/until.js";
import { watchedCalls } from "../support/watched-calls.js";

const plainFetch = globalThis.fetch;
const body = JSON.stringify({ model: "m", messages: [{ role: "user", content: "Hi" }] });
const post = { method: "POST", headers: { "content-type": "application/json" }, body };

const { server, recorded } = await watchedCalls();

function chatUrl(): string {
  return `${server.url}/chat/completions`;
}

describe("what is recorded", () => {
  it.each<readonly [string, () => Parameters<typeof fetch>]>([
    ["a text", () => [chatUrl(), post]],
    ["a URL", () => [new URL(chatUrl()), post]],
    ["a Request", () => [new Request(chatUrl(), post)]],
    ["a Request with options", () => [new Request(chatUrl(), { method: "POST" }), post]],
    ["bytes", () => [chatUrl(), { ...post, body: new TextEncoder().encode(body) }]],
  ])("is a call given as %s", async (_kind, call) => {
    recorded.instrumentation.enable();
    const answer = await (await fetch(...call())).json();
    expect(answer).toMatchObject({ id: "chatcmpl-1" });
    expect(server.bodies.at(-1)).toEqual(JSON.parse(body));
    await until("the span", () => recorded.spans().length === 1);
    expect(recorded.spans()[0]?.name).toBe("chat m");
  });

  it("is no content unless asked for", async () => {
    recorded.instrumentation.enable();
    await (await fetch(chatUrl(), post)).text();
    const [span] = recorded.spans();
    expect(Object.keys(span?.attributes ?? {})).not.toContain("gen_ai.input.messages");
    expect(Object.keys(span?.attributes ?? {})).not.toContain("gen_ai.output.messages");
  });

  it("is not a judge's own call, another method, path or body", async () => {
    recorded.instrumentation.enable();
    const judge = { ...post, headers: { ...post.headers, "X-Calibrant-Judge": "1" } };
    const calls: Parameters<typeof fetch>[] = [
      [chatUrl(), judge],
      [new Request(chatUrl(), judge)],
      [`${server.url}/models`],
      [`${server.url}/responses`, { ...post, body: '{"answers":[1]}' }],
      [`${server.url}/chat/completions`, { ...post, body: "[1]" }],
    ];
    for (const call of calls) await (await fetch(...call)).text();
    expect(recorded.spans()).toEqual([]);
    expect(recorded.instrumentation.faults).toBe(0);
  });

  it("is a large request and a large answer, too", async () => {
    recorded.instrumentation.enable();
    const content = "word ".repeat(40_000);
    const large = JSON.stringify({ model: "m", messages: [{ role: "user", content }] });
    await (await fetch(chatUrl(), { ...post, body: large })).text();
    await until("the span", () => recorded.spans().length === 1);
    expect(recorded.spans()[0]?.attributes["gen_ai.request.model"]).toBe("m");
  });

  it("is an answer that the application cancels", async () => {
    recorded.instrumentation.enable();
    const response = await fetch(chatUrl(), post);
    await response.body?.cancel();
    await until("the span", () => recorded.spans().length === 1);
    expect(recorded.spans()[0]?.attributes["error.type"]).toBeUndefined();
  });
});

describe("the application", () => {
  it("gets the errors of fetch itself", async () => {
    recorded.instrumentation.enable();
    await expect(fetch("no address")).rejects.toThrow(TypeError);
    const used = new Request(chatUrl(), post);
    await used.text();
    await expect(fetch(used)).rejects.toThrow(TypeError);
  });

  it("can read bytes in its own buffer", async () => {
    recorded.instrumentation.enable();
    const response = await fetch(chatUrl(), post);
    const reader = response.body?.getReader({ mode: "byob" });
    let text = "";
    for (;;) {
      const piece = await reader?.read(new Uint8Array(64));
      if (piece === undefined || piece.done) break;
      text += new TextDecoder().decode(piece.value);
    }
    expect(JSON.parse(text)).toMatchObject({ id: "chatcmpl-1" });
    await until("the span", () => recorded.spans().length === 1);
  });

  it("is not disturbed by a fault of the instrumentation", async () => {
    const broken = new GenAiFetchInstrumentation({ enabled: false });
    const faulty = {
      startSpan: () => {
        throw new Error("broken tracer");
      },
    };
    broken.setTracerProvider({ getTracer: () => faulty } as unknown as TracerProvider);
    broken.enable();
    try {
      const answer = await (await fetch(chatUrl(), post)).json();
      expect(answer).toMatchObject({ id: "chatcmpl-1" });
      expect(broken.faults).toBe(1);
    } finally {
      broken.disable();
    }
  });

  it("is not disturbed by a span that throws", async () => {
    const broken = new GenAiFetchInstrumentation({ enabled: false });
    const span = new Proxy(trace.getTracer("test").startSpan("test"), {
      get: (target, name) =>
        name === "setAttributes" || name === "end"
          ? () => {
              throw new Error("broken span");
            }
          : Reflect.get(target, name),
    });
    const tracer = { startSpan: () => span };
    broken.setTracerProvider({ getTracer: () => tracer } as unknown as TracerProvider);
    broken.enable();
    try {
      const answer = await (await fetch(chatUrl(), post)).json();
      expect(answer).toMatchObject({ id: "chatcmpl-1" });
      expect(broken.faults).toBeGreaterThan(1);
    } finally {
      broken.disable();
    }
  });
});

describe("switching", () => {
  it("on and off any number of times leaves one layer", async () => {
    const { instrumentation } = recorded;
    instrumentation.enable();
    const wrapped = globalThis.fetch;
    instrumentation.enable();
    expect(globalThis.fetch).toBe(wrapped);
    expect(wrapped.name).toBe("fetch");
    await (await fetch(chatUrl(), post)).text();
    expect(recorded.spans()).toHaveLength(1);
    instrumentation.disable();
    instrumentation.disable();
    expect(globalThis.fetch).toBe(plainFetch);
  });

  it("off beneath somebody else's wrapper passes everything on", async () => {
    const { instrumentation } = recorded;
    instrumentation.enable();
    const ours = globalThis.fetch;
    globalThis.fetch = (...args) => ours(...args);
    const theirs = globalThis.fetch;
    instrumentation.disable();
    expect(globalThis.fetch).toBe(theirs);
    await (await fetch(chatUrl(), post)).text();
    expect(recorded.spans()).toEqual([]);
    instrumentation.enable();
    await (await fetch(chatUrl(), post)).text();
    expect(recorded.spans()).toHaveLength(1);
    globalThis.fetch = ours;
  });
});
