import { array, asyncProperty, assert, constantFrom, integer } from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { dataEvent, namedEvent } from "../support/answer-writing.js";
import { recordSpans, type RecordedSpans } from "../support/recorded-spans.js";

const plainFetch = globalThis.fetch;
let recorded: RecordedSpans;

beforeAll(() => {
  recorded = recordSpans();
});
afterEach(() => {
  recorded.instrumentation.disable();
  globalThis.fetch = plainFetch;
  recorded.reset();
});
afterAll(() => recorded.stop());

interface Answer {
  readonly path: string;
  readonly events: readonly string[];
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Content of more than one byte a character, and words that events other than content have. */
const words = ["Hel", "lo ☕", " an error", ' "usage":{', "\n\n", " message_stop", " 🙂 there"];

const chunk = (choices: readonly object[], rest: object = {}): string =>
  dataEvent({ id: "c1", model: "m-1", choices, ...rest });
const choice = (index: number, content: string, reason: string | null = null): object => ({
  index,
  delta: { content },
  finish_reason: reason,
});

const answers: Readonly<Record<string, Answer>> = {
  "OpenAI chat completions": {
    path: "/v1/chat/completions",
    events: [
      chunk([choice(0, "")]),
      ...words.map((word) => chunk([choice(0, word)], { usage: null })),
      // One of two choices ends in the midst of the other's content.
      chunk([choice(1, "", "length")]),
      ...words.map((word) => chunk([choice(0, word), choice(1, word)])),
      chunk([choice(1, "more"), choice(0, "", "stop")]),
      chunk([], { usage: { prompt_tokens: 12, completion_tokens: 5 } }),
      dataEvent("[DONE]"),
    ],
    attributes: {
      "gen_ai.response.id": "c1",
      "gen_ai.response.finish_reasons": ["stop", "length"],
      "gen_ai.usage.input_tokens": 12,
      "gen_ai.usage.output_tokens": 5,
    },
  },
  "OpenAI chat completions with an error in mid-stream": {
    path: "/v1/chat/completions",
    events: [
      chunk([choice(0, "")]),
      ...words.map((word) => chunk([choice(0, word)])),
      dataEvent({ error: { message: "said overloaded", code: "overloaded" } }),
    ],
    attributes: { "gen_ai.response.id": "c1", "error.type": "overloaded" },
  },
  "Anthropic messages": {
    path: "/v1/messages",
    events: [
      { type: "message_start", message: { id: "c1", model: "m-1", usage: { input_tokens: 12 } } },
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
      ...words.map((text) => ({
        type: "content_block_delta",
        index: 0,
        delta: { type: "text_delta", text },
      })),
      { type: "content_block_stop", index: 0 },
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 5 } },
      { type: "message_stop" },
    ].map((event) => namedEvent(event.type, event)),
    attributes: {
      "gen_ai.response.id": "c1",
      "gen_ai.response.finish_reasons": ["end_turn"],
      "gen_ai.usage.input_tokens": 12,
      "gen_ai.usage.output_tokens": 5,
    },
  },
  "OpenAI responses": {
    path: "/v1/responses",
    events: [
      { type: "response.created", response: { id: "c1", model: "m-1", status: "in_progress" } },
      ...words.map((delta) => ({ type: "response.output_text.delta", output_index: 0, delta })),
      {
        type: "response.completed",
        response: {
          id: "c1",
          model: "m-1",
          status: "completed",
          usage: { input_tokens: 12, output_tokens: 5 },
        },
      },
    ].map((event) => dataEvent(event)),
    attributes: {
      "gen_ai.response.id": "c1",
      "gen_ai.response.finish_reasons": ["stop"],
      "gen_ai.usage.input_tokens": 12,
      "gen_ai.usage.output_tokens": 5,
    },
  },
};

const request = {
  method: "POST",
  body: JSON.stringify({ model: "m", max_tokens: 9, stream: true, messages: [], input: "Hi" }),
};

function inPieces(bytes: Uint8Array, cuts: readonly number[]): Response {
  const bounds = [...cuts.map((cut) => cut % bytes.length), bytes.length].toSorted((a, b) => a - b);
  const pieces = bounds.map((bound, at) => bytes.slice(bounds[at - 1] ?? 0, bound));
  return new Response(ReadableStream.from(pieces.filter((piece) => piece.length > 0)), {
    headers: { "content-type": "text/event-stream" },
  });
}

describe.each(Object.keys(answers))("without content, a stream of %s", (name) => {
  it("is recorded alike wherever it is cut", async () => {
    const { path, events, attributes } = answers[name] as Answer;
    const bounds = events.map((_, at) => Buffer.byteLength(events.slice(0, at).join("")));
    // Most servers cut between events; networks cut anywhere.
    const cuts = array(integer({ min: 0, max: 1 << 20 }), { maxLength: 12 });
    const lineEnds = constantFrom("\n", "\r\n");
    await assert(
      asyncProperty(cuts, lineEnds, async (places, lineEnd) => {
        const bytes = new TextEncoder().encode(events.join("").replaceAll("\n", lineEnd));
        for (const all of [places, [...bounds, ...places.slice(0, 2)]]) {
          globalThis.fetch = () => Promise.resolve(inPieces(bytes, all));
          recorded.reset();
          recorded.instrumentation.enable();
          const response = await fetch(`http://model.test${path}`, request);
          for await (const piece of response.body ?? []) expect(piece.length).toBeGreaterThan(0);
          recorded.instrumentation.disable();
          expect(recorded.spans()).toHaveLength(1);
          expect(recorded.spans()[0]?.attributes).toMatchObject(attributes);
        }
      }),
      { numRuns: 40 },
    );
    expect(recorded.instrumentation.faults).toBe(0);
  });
});
