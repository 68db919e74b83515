import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import OpenAI, { APIError } from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { freePort } from "../support/free-port.js";
import { until } from "../support/until.js";
import { watchedCalls } from "../support/watched-calls.js";

const messages = [
  { role: "system" as const, content: "Be kind." },
  { role: "user" as const, content: "Hi" },
];
const tools = [
  {
    type: "function" as const,
    function: { name: "weather", parameters: { type: "object", properties: {} } },
  },
];

/** What an application does with the client; its result must not depend on being watched. */
type Scenario = (client: OpenAI) => Promise<unknown>;

const { server, recorded } = await watchedCalls({ captureMessageContent: true });

function newClient(): OpenAI {
  return new OpenAI({ apiKey: "test", baseURL: server.url, maxRetries: 0 });
}

/** Runs the scenario without and with the instrumentation; both must give the same. */
async function compared(scenario: Scenario): Promise<unknown> {
  recorded.instrumentation.disable();
  const plain = await scenario(newClient());
  expect(recorded.spans()).toEqual([]);
  recorded.instrumentation.enable();
  const watched = await scenario(newClient());
  expect(watched).toEqual(plain);
  const [first, second] = server.bodies.slice(-2);
  expect(second).toEqual(first);
  expect(recorded.instrumentation.faults).toBe(0);
  return watched;
}

async function onlySpan() {
  await until("the span", () => recorded.spans().length > 0);
  expect(recorded.spans()).toHaveLength(1);
  const [span] = recorded.spans();
  if (span === undefined) throw new Error("no span");
  return span;
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof APIError) return { status: error.status, message: error.message };
    return { name: (error as Error).constructor.name, message: (error as Error).message };
  }
}

const expectedUsage = {
  "gen_ai.usage.input_tokens": 12,
  "gen_ai.usage.output_tokens": 5,
  "gen_ai.usage.cache_read.input_tokens": 4,
  "gen_ai.usage.reasoning.output_tokens": 2,
};

const helloMessages = JSON.stringify([
  { role: "assistant", parts: [{ type: "text", content: "Hello there" }], finish_reason: "stop" },
]);

describe("chat completions", () => {
  it("records a call with its content", async () => {
    await compared((client) =>
      client.chat.completions.create({ model: "gpt-4o-mini", messages, temperature: 0.2 }),
    );
    const span = await onlySpan();
    expect(span.name).toBe("chat gpt-4o-mini");
    expect(span.kind).toBe(SpanKind.CLIENT);
    expect(span.status.code).toBe(SpanStatusCode.UNSET);
    expect(span.attributes).toEqual({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "gpt-4o-mini",
      "gen_ai.request.temperature": 0.2,
      "gen_ai.response.id": "chatcmpl-1",
      "gen_ai.response.model": "gpt-4o-mini-2024",
      "gen_ai.response.finish_reasons": ["stop"],
      "openai.api.type": "chat_completions",
      "openai.response.system_fingerprint": "fp_1",
      "server.address": "127.0.0.1",
      "server.port": Number(new URL(server.url).port),
      "gen_ai.input.messages": JSON.stringify([
        { role: "system", parts: [{ type: "text", content: "Be kind." }] },
        { role: "user", parts: [{ type: "text", content: "Hi" }] },
      ]),
      "gen_ai.output.messages": helloMessages,
      ...expectedUsage,
    });
  });

  it("records a streamed answer as one message", async () => {
    await compared(async (client) => {
      const pieces: unknown[] = [];
      const stream = await client.chat.completions.create({
        model: "gpt-4o-mini",
        messages,
        stream: true,
        stream_options: { include_usage: true },
      });
      for await (const piece of stream) pieces.push(piece);
      return pieces;
    });
    const span = await onlySpan();
    expect(span.attributes).toMatchObject({
      "gen_ai.request.stream": true,
      "gen_ai.response.finish_reasons": ["stop"],
      ...expectedUsage,
    });
    expect(span.attributes["gen_ai.response.time_to_first_chunk"]).toBeGreaterThan(0);
    expect(JSON.parse(String(span.attributes["gen_ai.output.messages"]))).toEqual([
      {
        role: "assistant",
        parts: [{ type: "text", content: "Hello ☕ there" }],
        finish_reason: "stop",
      },
    ]);
  });

  it.each([true, false])("records tool calls (streamed: %s)", async (stream) => {
    await compared(async (client) => {
      const body = { model: "gpt-4o-mini", messages, tools };
      if (!stream) return client.chat.completions.create(body);
      const runner = client.chat.completions.stream(body);
      return await runner.finalChatCompletion();
    });
    const span = await onlySpan();
    expect(span.attributes["gen_ai.response.finish_reasons"]).toEqual(["tool_calls"]);
    expect(JSON.parse(String(span.attributes["gen_ai.tool.definitions"]))).toEqual(tools);
    expect(JSON.parse(String(span.attributes["gen_ai.output.messages"]))).toEqual([
      {
        role: "assistant",
        parts: [{ type: "tool_call", id: "call_1", name: "weather", arguments: { city: "Bern" } }],
        finish_reason: "tool_call",
      },
    ]);
  });

  it("leaves parse() alone", async () => {
    const format = zodResponseFormat(z.object({ colour: z.string() }), "answer");
    const result = await compared(async (client) => {
      const completion = await client.chat.completions.parse({
        model: "gpt-4o-mini",
        messages,
        response_format: format,
      });
      return completion.choices[0]?.message.parsed;
    });
    expect(result).toEqual({ colour: "blue" });
    expect((await onlySpan()).attributes["gen_ai.output.type"]).toBe("json");
  });

  it("leaves asResponse() and withResponse() alone", async () => {
    await compared(async (client) => {
      const create = () => client.chat.completions.create({ model: "gpt-4o-mini", messages });
      const raw = await create().asResponse();
      const copy = raw.clone();
      const { data, request_id } = await create().withResponse();
      return {
        url: [raw.url, copy.url],
        status: raw.status,
        type: raw.type,
        isResponse: raw instanceof Response,
        header: raw.headers.get("x-request-id"),
        text: await raw.text(),
        used: raw.bodyUsed,
        copy: await copy.json(),
        data,
        request_id,
      };
    });
    await until("both spans", () => recorded.spans().length === 2);
    for (const span of recorded.spans()) expect(span.attributes).toMatchObject(expectedUsage);
  });

  it.each(["missing", "busy"])("records a refusal (%s)", async (model) => {
    const failure = await compared((client) =>
      failureOf(client.chat.completions.create({ model, messages })),
    );
    const span = await onlySpan();
    const status = model === "missing" ? 404 : 429;
    expect(failure).toMatchObject({ status });
    expect(span.status.code).toBe(SpanStatusCode.ERROR);
    expect(span.status.message).toMatch(/^said /);
    expect(span.attributes).toMatchObject({
      "error.type": String(status),
      "gen_ai.request.model": model,
    });
  });

  it("records each attempt of a retried call", async () => {
    recorded.instrumentation.enable();
    const client = new OpenAI({ apiKey: "test", baseURL: server.url, maxRetries: 1 });
    await failureOf(client.chat.completions.create({ model: "busy", messages }));
    await until("both spans", () => recorded.spans().length === 2);
    for (const span of recorded.spans()) expect(span.attributes["error.type"]).toBe("429");
  });

  it("records an abort in mid-stream with what had come, and ends the transfer", async () => {
    const before = server.aborted();
    await compared(async (client) => {
      const pieces: string[] = [];
      const stopping = new AbortController();
      const stream = await client.chat.completions.create(
        { model: "stalling", messages, stream: true },
        { signal: stopping.signal },
      );
      for await (const piece of stream) {
        pieces.push(piece.choices[0]?.delta.content ?? "");
        if (pieces.length === 2) stopping.abort();
      }
      return pieces;
    });
    const span = await onlySpan();
    expect(span.attributes["error.type"]).toBe("AbortError");
    expect(String(span.attributes["gen_ai.output.messages"])).toContain("Hel");
    await until("the server to see both aborts", () => server.aborted() === before + 2);
  });

  it("ends the transfer when the application leaves a stream early", async () => {
    const before = server.aborted();
    await compared(async (client) => {
      const stream = await client.chat.completions.create({
        model: "stalling",
        messages,
        stream: true,
      });
      for await (const piece of stream) return piece;
      return undefined;
    });
    expect((await onlySpan()).attributes["gen_ai.request.model"]).toBe("stalling");
    await until("the server to see both closings", () => server.aborted() === before + 2);
  });

  it("records a server that is not there", async () => {
    recorded.instrumentation.enable();
    const baseURL = `http://127.0.0.1:${await freePort()}/v1`;
    const client = new OpenAI({ apiKey: "test", baseURL, maxRetries: 0 });
    const failure = await failureOf(client.chat.completions.create({ model: "m", messages }));
    expect(failure).toMatchObject({ message: "Connection error." });
    const span = await onlySpan();
    expect(span.attributes["error.type"]).toBe("ECONNREFUSED");
    expect(span.status.code).toBe(SpanStatusCode.ERROR);
  });
});

describe("responses", () => {
  it.each([false, true])("records an answer (streamed: %s)", async (stream) => {
    await compared(async (client) => {
      const body = { model: "gpt-4o", instructions: "Be kind.", input: "Hi" };
      if (!stream) return (await client.responses.create(body)).output_text;
      const types: string[] = [];
      for await (const event of await client.responses.create({ ...body, stream: true })) {
        types.push(event.type);
      }
      return types;
    });
    expect((await onlySpan()).attributes).toMatchObject({
      "openai.api.type": "responses",
      "gen_ai.operation.name": "chat",
      "gen_ai.response.id": "resp_1",
      "gen_ai.response.finish_reasons": ["stop"],
      "gen_ai.system_instructions": '[{"type":"text","content":"Be kind."}]',
      "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"Hi"}]}]',
      "gen_ai.output.messages": helloMessages,
      ...expectedUsage,
    });
  });
});

describe("embeddings", () => {
  it("records model and tokens, not the texts", async () => {
    await compared((client) =>
      client.embeddings.create({
        model: "text-embedding-3-small",
        input: "secret",
        encoding_format: "float",
      }),
    );
    const span = await onlySpan();
    expect(span.name).toBe("embeddings text-embedding-3-small");
    expect(span.attributes).toMatchObject({
      "gen_ai.operation.name": "embeddings",
      "gen_ai.request.encoding_formats": ["float"],
      "gen_ai.usage.input_tokens": 6,
    });
    expect(JSON.stringify(span.attributes)).not.toContain("secret");
  });
});
