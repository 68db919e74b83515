import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { until } from "../support/until.js";
import { watchedCalls } from "../support/watched-calls.js";

const { server, recorded } = await watchedCalls({ captureMessageContent: true });

type Body = ReadableStream<Uint8Array>;
type Way = (response: Response) => Promise<unknown>;

const bodyOf = (response: Response): Body => response.body as Body;
const textOf = (stream: Body): Promise<string> => new Response(stream).text();

/** What somebody gets from a promise that may fail. */
const outcome = (work: Promise<unknown>): Promise<unknown> =>
  work.catch((error: unknown) => `${(error as Error).name}: ${(error as Error).message}`);

async function withReader(stream: Body): Promise<unknown> {
  const reader = stream.getReader();
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
  }
  await reader.closed;
  reader.releaseLock();
  return [length, stream.locked];
}

async function withOwnBuffer(stream: Body): Promise<number> {
  const reader = stream.getReader({ mode: "byob" });
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read(new Uint8Array(50));
    if (done) return length;
    length += value.length;
  }
}

const ways: Readonly<Record<string, Way>> = {
  text: (response) => response.text(),
  arrayBuffer: async (response) => Buffer.from(await response.arrayBuffer()).toString(),
  blob: async (response) => (await response.blob()).text(),
  "the body's reader": (response) => withReader(bodyOf(response)),
  "a buffer of one's own": (response) => withOwnBuffer(bodyOf(response)),
  "for await": async (response) => {
    let length = 0;
    for await (const piece of bodyOf(response)) length += piece.length;
    return length;
  },
  "an iterator that keeps the stream": async (response) => {
    const pieces = bodyOf(response).values({ preventCancel: true });
    await pieces.next();
    await pieces.return?.();
    return withReader(bodyOf(response)).then((facts) => (facts as unknown[])[1]);
  },
  tee: async (response) => {
    const [one, two] = bodyOf(response).tee();
    return [bodyOf(response).locked, await textOf(one), await textOf(two)];
  },
  pipeThrough: async (response) => {
    const decoded = bodyOf(response).pipeThrough(new TextDecoderStream());
    let whole = "";
    for await (const piece of decoded) whole += piece;
    return whole;
  },
  pipeTo: async (response) => {
    let length = 0;
    const target = new WritableStream<Uint8Array>({
      write: (piece) => void (length += piece.length),
    });
    await bodyOf(response).pipeTo(target);
    return length;
  },
  "Readable.fromWeb": (response) => text(Readable.fromWeb(bodyOf(response) as never)),
  "a Response of its body": (response) => textOf(bodyOf(response)),
  "the clone alone": (response) => response.clone().text(),
  "the clone of a clone": async (response) => {
    const copy = response.clone();
    const second = copy.clone();
    return [await second.text(), await copy.text(), await response.text()];
  },
  "a clone, then the body": async (response) => {
    const copy = response.clone();
    return [await withReader(bodyOf(response)), response.bodyUsed, (await copy.text()).length];
  },
  "a clone after a look at the body": async (response) => {
    const body = bodyOf(response);
    const copy = response.clone();
    return [body.locked, await response.text(), await copy.text()];
  },
  twice: async (response) => [
    await response.text(),
    response.bodyUsed,
    await outcome(response.text()),
    await outcome(Promise.resolve().then(() => response.clone())),
  ],
  "while a reader has it": async (response) => {
    const reader = bodyOf(response).getReader();
    const refused = [
      await outcome(response.json()),
      await outcome(bodyOf(response).cancel()),
      await outcome(Promise.resolve().then(() => bodyOf(response).tee())),
    ];
    reader.releaseLock();
    return [...refused, await response.text()];
  },
};

async function call(way: Way, stream: boolean): Promise<unknown> {
  const body = JSON.stringify({ model: "m", stream, messages: [{ role: "user", content: "Hi" }] });
  return way(await fetch(`${server.url}/chat/completions`, { method: "POST", body }));
}

describe.each([false, true])("an answer (streamed: %s) that is read by", (stream) => {
  it.each(Object.keys(ways))("%s is the same, and recorded", async (name) => {
    const way = ways[name] as Way;
    const plain = await call(way, stream);
    recorded.instrumentation.enable();
    const { faults } = recorded.instrumentation;
    expect(await call(way, stream)).toEqual(plain);
    expect(recorded.instrumentation.faults).toBe(faults);
    await until("the span", () => recorded.spans().length === 1);
    const [span] = recorded.spans();
    expect(span?.attributes["error.type"]).toBeUndefined();
    // Of a Blob nothing can be seen without reading it again; a stream may be left before its end.
    if (name === "blob" || name.includes("keeps")) return;
    expect(span?.attributes["gen_ai.usage.input_tokens"]).toBe(12);
    expect(span?.attributes["gen_ai.output.messages"]).toContain("there");
  });
});

describe("an answer", () => {
  it("that is no JSON ends the call without an error of its own", async () => {
    recorded.instrumentation.enable();
    expect(await call((response) => outcome(response.json()), true)).toMatch(/^SyntaxError/);
    expect(recorded.spans()[0]?.attributes["error.type"]).toBeUndefined();
  });

  it("stays the object that it is", async () => {
    recorded.instrumentation.enable();
    await call((response) => {
      expect(Object.keys(response)).toEqual([]);
      expect(Object.getPrototypeOf(response)).toBe(Response.prototype);
      expect(response.body).toBe(response.body);
      return response.text();
    }, false);
  });
});
