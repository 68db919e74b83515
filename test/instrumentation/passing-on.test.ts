import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { trace } from "@opentelemetry/api";
import { afterEach, describe, expect, it } from "vitest";
import { GenAiFetchInstrumentation } from "#instrumentation/index.js";
import { startEndlessAnswer } from "../support/endless-answer.js";
import { until } from "../support/until.js";
import { watchedCalls } from "../support/watched-calls.js";

const root = join(import.meta.dirname, "../..");
const plainFetch = globalThis.fetch;
const body = JSON.stringify({ model: "m", messages: [{ role: "user", content: "Hi" }] });
const post = { method: "POST", body };

const { server, recorded } = await watchedCalls({ captureMessageContent: true });
afterEach(() => {
  recorded.instrumentation.disable();
  globalThis.fetch = plainFetch;
  recorded.instrumentation.setConfig({ captureMessageContent: true });
});

const chatUrl = (): string => `${server.url}/chat/completions`;
const port = (): string => new URL(server.url).port;

describe("a large answer", () => {
  it("is sent no faster than the application reads it", async () => {
    const endless = await startEndlessAnswer(512 * 1024 * 1024);
    try {
      recorded.instrumentation.enable();
      const response = await fetch(endless.url, post);
      const reader = response.body?.getReader();
      await reader?.read();
      let last = -1;
      await until("the server to be held up", () => {
        const before = last;
        last = endless.written();
        return before === last;
      });
      // What sockets and the client's own buffers hold.
      expect(last).toBeLessThan(64 * 1024 * 1024);
      await reader?.cancel();
      await until("the span", () => recorded.spans().length === 1);
    } finally {
      await endless.close();
    }
  });

  it("costs bounded memory", async () => {
    const endless = await startEndlessAnswer(300 * 1024 * 1024);
    const code = `
      const response = await fetch(${JSON.stringify(endless.url)}, ${JSON.stringify(post)});
      let size = 0;
      for await (const piece of response.body) size += piece.length;
      console.log(size > 300 * 1024 * 1024);`;
    const flags = ["--max-old-space-size=80", "--import", "@calibrant/instrumentation/register"];
    try {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [...flags, "--input-type=module", "-e", code],
        {
          cwd: root,
          env: {
            PATH: process.env["PATH"],
            OTEL_TRACES_EXPORTER: "none",
            OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "true",
          },
        },
      );
      expect(stdout.trim()).toBe("true");
    } finally {
      await endless.close();
    }
  });
});

describe("a fetch that somebody else put in place", () => {
  it("may answer something that is no Response", async () => {
    const strange = { status: 200, ok: true, json: () => Promise.resolve({ id: "theirs" }) };
    globalThis.fetch = () => Promise.resolve(strange as unknown as Response);
    recorded.instrumentation.enable();
    expect(await fetch(chatUrl(), post)).toBe(strange);
    expect(recorded.spans()).toHaveLength(1);
    expect(recorded.instrumentation.faults).toBe(0);
  });

  it("may answer nothing at all, or throw", async () => {
    globalThis.fetch = () => Promise.resolve(undefined as unknown as Response);
    recorded.instrumentation.enable();
    expect(await fetch(chatUrl(), post)).toBeUndefined();
    recorded.instrumentation.disable();
    globalThis.fetch = () => {
      throw new RangeError("theirs");
    };
    recorded.instrumentation.enable();
    expect(() => void fetch(chatUrl(), post)).toThrow(new RangeError("theirs"));
    expect(recorded.spans()).toHaveLength(2);
  });

  it("may answer without a body", async () => {
    const empty = new Response(null, { status: 204 });
    globalThis.fetch = () => Promise.resolve(empty);
    recorded.instrumentation.enable();
    expect(await fetch(chatUrl(), post)).toBe(empty);
    expect(recorded.spans()).toHaveLength(1);
  });

  it("may be put in place later", async () => {
    recorded.instrumentation.enable();
    const ours = globalThis.fetch;
    let calls = 0;
    globalThis.fetch = (...args) => {
      calls++;
      return ours(...args);
    };
    await (await fetch(chatUrl(), post)).text();
    expect(calls).toBe(1);
    expect(recorded.spans()).toHaveLength(1);
    globalThis.fetch = ours;
  });
});

describe("a request", () => {
  it.each<readonly [string, RequestInit]>([
    ["a stream", { body: ReadableStream.from([new TextEncoder().encode(body)]), duplex: "half" }],
    ["a Blob", { body: new Blob([body]) }],
    ["headers as an iterator", { body, headers: new Map([["x-a", "b"]]) as never }],
  ])("with %s is sent as it is", async (_what, init) => {
    recorded.instrumentation.enable();
    const { faults } = recorded.instrumentation;
    const response = await fetch(chatUrl(), { method: "POST", ...init });
    expect(await response.json()).toMatchObject({ id: "chatcmpl-1" });
    expect(server.bodies.at(-1)).toEqual(JSON.parse(body));
    expect(recorded.spans()).toHaveLength(1);
    expect(recorded.instrumentation.faults).toBe(faults);
  });

  it("is recorded once by two instrumentations", async () => {
    recorded.instrumentation.enable();
    const second = new GenAiFetchInstrumentation();
    try {
      await (await fetch(chatUrl(), post)).text();
      expect(recorded.spans()).toHaveLength(1);
    } finally {
      second.disable();
    }
  });

  it("that is made again after a failure says so, also where the client does not", async () => {
    recorded.instrumentation.enable();
    const flaky = { method: "POST", body: body.replace('"m"', '"flaky"') };
    await trace.getTracer("test").startActiveSpan("turn", async (turn) => {
      const statuses = [];
      for (let attempt = 0; attempt < 2; attempt++) {
        const response = await fetch(chatUrl(), flaky);
        await response.text();
        statuses.push(response.status);
      }
      expect(statuses).toEqual([503, 200]);
      await (await fetch(chatUrl(), flaky)).text();
      turn.end();
    });
    const counts = recorded
      .spans()
      .map(({ attributes }) => attributes["http.request.resend_count"]);
    expect(counts.slice(0, 3)).toEqual([undefined, 1, undefined]);
  });
});

describe("a refusal that nobody reads", () => {
  it("is recorded all the same", async () => {
    recorded.instrumentation.enable();
    await fetch(chatUrl(), { method: "POST", body: body.replace('"m"', '"missing"') });
    await until("the span", () => recorded.spans().length === 1);
    expect(recorded.spans()[0]?.attributes["error.type"]).toBe("404");
  });
});

describe("hosts", () => {
  it.each<readonly [string, () => object, number]>([
    ["every host", () => ({}), 1],
    ["a host", () => ({ hosts: ["127.0.0.1"] }), 1],
    ["a pattern", () => ({ hosts: ["127.*"] }), 1],
    ["a host with its port", () => ({ hosts: [`127.0.0.1:${port()}`] }), 1],
    ["another port", () => ({ hosts: ["127.0.0.1:1"] }), 0],
    ["another host", () => ({ hosts: ["api.openai.com", "127X0.0.1"] }), 0],
    ["all but one", () => ({ ignoredHosts: ["127.0.0.1"] }), 0],
    ["all but another", () => ({ ignoredHosts: ["*.example.com"] }), 1],
  ])("are recorded as configured: %s", async (_what, config, spans) => {
    recorded.instrumentation.setConfig(config());
    recorded.instrumentation.enable();
    await (await fetch(chatUrl(), post)).text();
    expect(recorded.spans()).toHaveLength(spans);
  });

  it("may be a provider's that is named", async () => {
    recorded.instrumentation.setConfig({ providers: { "127.*": "azure.ai.openai" } });
    recorded.instrumentation.enable();
    await (await fetch(chatUrl(), post)).text();
    expect(recorded.spans()[0]?.attributes["gen_ai.provider.name"]).toBe("azure.ai.openai");
  });
});
