import { describe, expect, it } from "vitest";
import { assembleTrace } from "#processor/interactions/interactions.js";
import { loadPrices } from "#processor/interactions/prices/prices.js";
import type { RawSpan } from "#processor/model/telemetry.js";
import { rawSpan, traceOf } from "../support/raw-spans.js";

const options = { prices: loadPrices(), contentLimit: 1_000, arrivedAt: 0, cutShort: false };

type Words = readonly (readonly [role: string, content: string])[];

function messages(words: Words): string {
  return JSON.stringify(
    words.map(([role, content]) => ({ role, parts: [{ type: "text", content }] })),
  );
}

/** A call of a model: what went in, and what came out. */
function call(spanId: string, parentSpanId: string, start: number, words: Words): RawSpan {
  return rawSpan({
    spanId,
    parentSpanId,
    start,
    duration: 10,
    attributes: {
      "gen_ai.operation.name": "chat",
      "gen_ai.request.model": "gpt-4o-mini",
      "gen_ai.input.messages": messages(words.slice(0, -1)),
      "gen_ai.output.messages": messages(words.slice(-1)),
    },
  });
}

const first: Words = [
  ["user", "Where is my parcel?"],
  ["assistant", "It is on its way."],
];
const second: Words = [...first, ["user", "When will it come?"], ["assistant", "Tomorrow."]];
const third: Words = [...second, ["user", "Thank you"], ["assistant", "You are welcome."]];

function turnsOf(...spans: readonly RawSpan[]): readonly (readonly [string, string, string])[] {
  return assembleTrace(traceOf(...spans), options).trace.interactions.map(
    ({ interaction_id: id, input_text: input, output_text: output }) => [id, input, output],
  );
}

describe("a trace that holds a conversation", () => {
  const root = rawSpan({ spanId: "root", duration: 500 });
  const search = rawSpan({
    spanId: "search",
    parentSpanId: "root",
    start: 150,
    duration: 5,
    attributes: {
      "gen_ai.operation.name": "retrieval",
      "gen_ai.retrieval.documents": JSON.stringify([{ content: "Parcels come on weekdays." }]),
    },
  });
  const calls = [
    call("a", "root", 100, first),
    call("b", "root", 200, second),
    call("c", "root", 300, third),
  ];
  const expected = [
    ["t-root", "Where is my parcel?", "It is on its way."],
    ["t-b", "When will it come?", "Tomorrow."],
    ["t-c", "Thank you", "You are welcome."],
  ];

  it("gives an interaction for each turn", () => {
    expect(turnsOf(root, ...calls)).toEqual(expected);
  });

  it("keeps their identities while turns arrive and before the root does", () => {
    expect(turnsOf(...calls.slice(0, 1))).toEqual(expected.slice(0, 1));
    expect(turnsOf(...calls.slice(0, 2))).toEqual(expected.slice(0, 2));
    expect(turnsOf(...calls)).toEqual(expected);
  });

  it("gives a search to the turn that it comes before", () => {
    const { interactions } = assembleTrace(traceOf(root, search, ...calls), options).trace;
    expect(interactions.map(({ context }) => context)).toEqual([
      [],
      ["Parcels come on weekdays."],
      [],
    ]);
  });

  it("gives each turn its own time", () => {
    const { interactions } = assembleTrace(traceOf(root, ...calls), options).trace;
    expect(interactions.map((row) => [row.started_at, row.duration_ms])).toEqual([
      [100, 10],
      [200, 10],
      [300, 10],
    ]);
  });

  it("is one interaction where the root serves one request", () => {
    const server = rawSpan({ spanId: "root", kind: "Server", duration: 500 });
    expect(turnsOf(server, ...calls)).toEqual([["t-root", "Thank you", "You are welcome."]]);
  });

  it("is one interaction where calls work over one answer", () => {
    const agent = rawSpan({
      spanId: "root",
      duration: 500,
      attributes: {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.input.messages": messages([["user", "Write a poem"]]),
        "gen_ai.output.messages": messages([["assistant", "Roses are blue"]]),
      },
    });
    const draft: Words = [
      ["user", "Write a poem"],
      ["assistant", "Roses are red"],
    ];
    const better: Words = [...draft, ["user", "Make it better"], ["assistant", "Roses are blue"]];
    expect(
      turnsOf(agent, call("a", "root", 100, draft), call("b", "root", 200, better)),
    ).toHaveLength(1);
  });
});

describe("an interaction that several services serve", () => {
  it("belongs to the service of the outermost GenAI work", () => {
    const spans = [
      rawSpan({ spanId: "root", kind: "Server", serviceName: "gateway", duration: 100 }),
      { ...call("a", "root", 10, first), serviceName: "assistant" },
      { ...call("b", "a", 12, first), serviceName: "model-proxy" },
    ];
    const { interactions } = assembleTrace(traceOf(...spans), options).trace;
    expect(interactions).toMatchObject([{ service_name: "assistant", model_calls: 1 }]);
  });
});

function failed(exception: Readonly<Record<string, string>>): RawSpan {
  return rawSpan({
    spanId: "root",
    statusCode: "Error",
    statusMessage: "Rate limit reached",
    attributes: { "session.id": "chat-1" },
    events: [{ name: "exception", time: 0n, attributes: new Map(Object.entries(exception)) }],
  });
}

describe("an application's span without any of a model below it", () => {
  it.each([
    [{ "exception.type": "openai.RateLimitError" }],
    [{ "exception.type": "AI_APICallError" }],
    [
      {
        "exception.type": "RateLimitError",
        "exception.stacktrace":
          "Error: 429\n    at APIError.generate (file:///app/node_modules/openai/core/error.mjs:41:20)",
      },
    ],
  ])("is a failed interaction where a client of a model threw: %j", (exception) => {
    const { interactions } = assembleTrace(traceOf(failed(exception)), options).trace;
    expect(interactions).toMatchObject([{ status: "error", session_id: "chat-1" }]);
  });

  it("is none where something else failed", () => {
    const exception = {
      "exception.type": "TypeError",
      "exception.stacktrace": "TypeError: x\n    at checkout (file:///app/src/openaiFlag.js:1:1)",
    };
    const { trace, outcome } = assembleTrace(traceOf(failed(exception)), options);
    expect(trace.interactions).toEqual([]);
    expect(outcome).toBe("no_genai");
  });
});

describe("calls beside the one that answers", () => {
  const server = rawSpan({ spanId: "root", kind: "Server", duration: 500 });
  const answer = call("a", "root", 100, first);
  const title: Words = [
    ["user", "Find a title: Where is my parcel? It is on its way."],
    ["assistant", "Parcel tracking"],
  ];

  it("are not the answer where they quote the question and the answer", () => {
    expect(turnsOf(server, answer, call("t", "root", 200, title))).toEqual([
      ["t-root", "Where is my parcel?", "It is on its way."],
    ]);
  });

  it("do not make the interaction fail", () => {
    const failedTitle = { ...call("t", "root", 200, title), statusCode: "Error" as const };
    const { interactions } = assembleTrace(traceOf(server, answer, failedTitle), options).trace;
    expect(interactions).toMatchObject([{ status: "ok", model_calls: 2 }]);
  });

  it("are the answer where they work on it without the question", () => {
    const better: Words = [
      ["user", "Say it politely: It is on its way."],
      ["assistant", "It is on its way, dear customer."],
    ];
    expect(turnsOf(server, answer, call("b", "root", 200, better))).toMatchObject([
      ["t-root", expect.any(String), "It is on its way, dear customer."],
    ]);
  });
});

function named(span: RawSpan, model: string): RawSpan {
  return {
    ...span,
    attributes: new Map([...span.attributes, ["gen_ai.request.model", model]]),
  };
}

describe("one call that is reported under several names", () => {
  it.each([
    ["openai/gpt-4o", "gpt-4o"],
    ["eu.anthropic.claude-sonnet-4-5", "claude-sonnet-4-5"],
  ])("is one call: %s around %s", (outerModel, innerModel) => {
    const outer = call("o", "root", 100, first);
    const inner = call("i", "o", 101, first);
    const { interactions } = assembleTrace(
      traceOf(rawSpan({ spanId: "root" }), named(outer, outerModel), named(inner, innerModel)),
      options,
    ).trace;
    expect(interactions).toMatchObject([{ model_calls: 1 }]);
  });
});
