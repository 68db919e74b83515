import { trace } from "@opentelemetry/api";
import OpenAI, { BadRequestError } from "openai";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { currentInteraction, withInteraction } from "#instrumentation/index.js";
import { startInteractionSdk, type InteractionSdk } from "../support/interaction-sdk.js";
import { until } from "../support/until.js";

let sdk: InteractionSdk;
const tracer = trace.getTracer("application");

beforeAll(() => {
  sdk = startInteractionSdk();
});
afterEach(() => sdk.reset());
afterAll(() => sdk.stop());

function names(): string[] {
  return sdk.spans().map(({ name }) => name);
}

async function* words(fault?: Error): AsyncGenerator<string, string, string | undefined> {
  tracer.startSpan(`in ${currentInteraction()?.spanId}`).end();
  const answer = yield "a";
  await Promise.resolve();
  tracer.startSpan(`in ${currentInteraction()?.spanId}`).end();
  if (fault !== undefined) throw fault;
  yield `b${answer ?? ""}`;
  return "end";
}

function* numbers(): Generator<number> {
  tracer.startSpan("within").end();
  yield 1;
  yield 2;
}

describe("an interaction that streams", () => {
  it("lasts until the last step of its generator, whose steps belong to it", async () => {
    const stream = words();
    expect(withInteraction({ feature: "f" }, () => stream)).toBe(stream);
    expect(Object.keys(stream)).toEqual([]);
    expect(names()).toEqual([]);
    expect(await stream.next()).toEqual({ value: "a", done: false });
    expect(await stream.next("!")).toEqual({ value: "b!", done: false });
    expect(names()).toHaveLength(2);
    expect(await stream.next()).toEqual({ value: "end", done: true });
    const turn = sdk.spans().at(-1);
    expect(turn?.name).toBe("interaction f");
    const id = `in ${turn?.spanContext().spanId}`;
    expect(names()).toEqual([id, id, "interaction f"]);
    expect(sdk.spans()[0]?.parentSpanContext?.spanId).toBe(turn?.spanContext().spanId);
    expect(currentInteraction()).toBeUndefined();
  });

  it("ends where the reader leaves, and where a promise has led to the generator", async () => {
    for await (const word of await withInteraction({}, async () => words())) {
      expect(word).toBe("a");
      break;
    }
    expect(names().at(-1)).toBe("interaction");
  });

  it("passes on what a step throws, and notes it", async () => {
    const fault = new RangeError("too far");
    const stream = withInteraction({}, () => words(fault));
    await stream.next();
    await expect(stream.next()).rejects.toBe(fault);
    expect(sdk.spans().at(-1)?.attributes["error.type"]).toBe("RangeError");
  });

  it("may be a generator without promises", () => {
    const fault = new Error("no");
    function* broken(): Generator<number> {
      yield 1;
      throw fault;
    }
    expect([...withInteraction({}, numbers)]).toEqual([1, 2]);
    expect(names()).toEqual(["within", "interaction"]);
    expect(() => [...withInteraction({}, broken)]).toThrow(fault);
    expect(sdk.spans()).toHaveLength(3);
  });

  it("gives back streams of other kinds as they are", async () => {
    const stream = new Response("text").body;
    expect(withInteraction({}, () => stream)).toBe(stream);
    expect(await new Response(stream).text()).toBe("text");
    expect(names()).toEqual(["interaction"]);
  });
});

describe("an interaction of a client's own promise", () => {
  const answer = { id: "chatcmpl-1", choices: [] };
  const client = new OpenAI({
    apiKey: "none",
    baseURL: "http://127.0.0.1:9/v1",
    fetch: () => Promise.resolve(Response.json(answer)),
  });
  const create = () => client.chat.completions.create({ model: "m", messages: [] });

  it("lasts until the answer has been read", async () => {
    expect(await withInteraction({}, create)).toMatchObject(answer);
    expect(names()).toEqual(["interaction"]);
  });

  it("does not read the body that the application asks for", async () => {
    const response = await withInteraction({}, create).asResponse();
    expect(await response.json()).toEqual(answer);
    await until("the span", () => names().length === 1);
    const { data, response: raw } = await withInteraction({}, create).withResponse();
    expect([data.id, raw.status]).toEqual(["chatcmpl-1", 200]);
  });

  it("passes on errors", async () => {
    const refusing = new OpenAI({
      apiKey: "none",
      baseURL: "http://127.0.0.1:9/v1",
      maxRetries: 0,
      fetch: () => Promise.resolve(Response.json({ error: { message: "no" } }, { status: 400 })),
    });
    const call = withInteraction({}, () =>
      refusing.chat.completions.create({ model: "m", messages: [] }),
    );
    await expect(call).rejects.toThrow(BadRequestError);
    await until("the span", () => names().length === 1);
    expect(sdk.spans()[0]?.attributes["error.type"]).toBeDefined();
  });
});
