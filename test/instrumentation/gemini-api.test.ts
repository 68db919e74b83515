import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { recordSpans, type RecordedSpans } from "../support/recorded-spans.js";

let server: Server;
let root: string;
let recorded: RecordedSpans;
/** What the server answers next, as JSON. */
let answer: unknown;

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume().on("end", () => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  recorded = recordSpans({ captureMessageContent: true });
});
beforeEach(() => recorded.instrumentation.enable());
afterEach(() => {
  recorded.instrumentation.disable();
  recorded.reset();
});
afterAll(async () => {
  await recorded.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function attributesOf(path: string, body: object, reply: unknown) {
  answer = reply;
  const init = { method: "POST", body: JSON.stringify(body) };
  expect(await (await fetch(`${root}${path}`, init)).json()).toEqual(reply);
  expect(recorded.instrumentation.faults).toBe(0);
  const [span] = recorded.spans();
  return { name: span?.name, attributes: span?.attributes ?? {} };
}

const models = "/v1beta/models/gemini-2.5-pro";
const hello = { contents: [{ role: "user", parts: [{ text: "Hi" }] }] };

describe("a request of the Gemini API", () => {
  it("has its settings, instructions and tools", async () => {
    const tools = [{ functionDeclarations: [{ name: "weather" }] }];
    const body = {
      ...hello,
      systemInstruction: { parts: [{ text: "Be kind." }] },
      tools,
      generationConfig: {
        candidateCount: 2,
        frequencyPenalty: 0.1,
        maxOutputTokens: 50,
        presencePenalty: 0.2,
        responseMimeType: "application/json",
        seed: 7,
        stopSequences: ["END"],
        temperature: 0.5,
        topK: 40,
        topP: 0.9,
      },
    };
    const { name, attributes } = await attributesOf(`${models}:generateContent`, body, {});
    expect(name).toBe("generate_content gemini-2.5-pro");
    expect(attributes).toMatchObject({
      "gen_ai.operation.name": "generate_content",
      "gen_ai.provider.name": "gcp.gemini",
      "gen_ai.output.type": "json",
      "gen_ai.request.choice.count": 2,
      "gen_ai.request.frequency_penalty": 0.1,
      "gen_ai.request.max_tokens": 50,
      "gen_ai.request.model": "gemini-2.5-pro",
      "gen_ai.request.presence_penalty": 0.2,
      "gen_ai.request.seed": 7,
      "gen_ai.request.stop_sequences": ["END"],
      "gen_ai.request.temperature": 0.5,
      "gen_ai.request.top_k": 40,
      "gen_ai.request.top_p": 0.9,
      "gen_ai.system_instructions": '[{"type":"text","content":"Be kind."}]',
      "gen_ai.tool.definitions": JSON.stringify(tools),
    });
  });

  it("has its conversation, and no bytes", async () => {
    const call = { id: "c1", name: "weather", args: { city: "Bern" } };
    const body = {
      contents: [
        { role: "model", parts: [{ functionCall: call }, { executableCode: { code: "1+1" } }] },
        {
          role: "user",
          parts: [{ functionResponse: { id: "c1", name: "weather", response: { celsius: 12 } } }],
        },
        {
          role: "user",
          parts: [
            { inlineData: { mimeType: "image/png", data: "c2VjcmV0" } },
            { fileData: { mimeType: "video/mp4", fileUri: "gs://films/1" } },
          ],
        },
      ],
    };
    const { attributes } = await attributesOf(`${models}:generateContent`, body, {});
    const text = String(attributes["gen_ai.input.messages"]);
    expect(text).not.toContain("c2VjcmV0");
    expect(JSON.parse(text)).toEqual([
      {
        role: "assistant",
        parts: [
          { type: "tool_call", id: "c1", name: "weather", arguments: { city: "Bern" } },
          {
            type: "server_tool_call",
            name: "code_execution",
            server_tool_call: { type: "code_execution", code: "1+1" },
          },
        ],
      },
      {
        role: "tool",
        parts: [
          { type: "tool_call_response", id: "c1", name: "weather", response: { celsius: 12 } },
        ],
      },
      {
        role: "user",
        parts: [
          { type: "blob", modality: "image", mime_type: "image/png" },
          { type: "uri", modality: "video", mime_type: "video/mp4", uri: "gs://films/1" },
        ],
      },
    ]);
  });

  it("is Vertex AI's where the path names a publisher", async () => {
    const path = "/v1/projects/p/locations/l/publishers/google/models/gemini-2.5-pro";
    const { attributes } = await attributesOf(`${path}:generateContent`, hello, {});
    expect(attributes["gen_ai.provider.name"]).toBe("gcp.vertex_ai");
    expect(attributes["gen_ai.request.model"]).toBe("gemini-2.5-pro");
  });
});

describe("an answer of the Gemini API", () => {
  it("counts prompts made of tools' results as input and thoughts as output", async () => {
    const usageMetadata = {
      promptTokenCount: 10,
      toolUsePromptTokenCount: 3,
      cachedContentTokenCount: 4,
      candidatesTokenCount: 5,
      thoughtsTokenCount: 2,
    };
    const candidates = [
      { content: { parts: [{ text: "A" }] }, finishReason: "MAX_TOKENS" },
      { content: { parts: [] }, finishReason: "SAFETY" },
    ];
    const reply = { candidates, usageMetadata };
    const { attributes } = await attributesOf(`${models}:generateContent`, hello, reply);
    expect(attributes).toMatchObject({
      "gen_ai.usage.input_tokens": 13,
      "gen_ai.usage.cache_read.input_tokens": 4,
      "gen_ai.usage.output_tokens": 7,
      "gen_ai.usage.reasoning.output_tokens": 2,
      "gen_ai.response.finish_reasons": ["MAX_TOKENS", "SAFETY"],
    });
    expect(JSON.parse(String(attributes["gen_ai.output.messages"]))).toEqual([
      { role: "assistant", parts: [{ type: "text", content: "A" }], finish_reason: "length" },
      { role: "assistant", parts: [], finish_reason: "content_filter" },
    ]);
  });

  it("says why a question was blocked", async () => {
    const reply = { promptFeedback: { blockReason: "PROHIBITED_CONTENT" } };
    const { attributes } = await attributesOf(`${models}:generateContent`, hello, reply);
    expect(attributes["gen_ai.response.finish_reasons"]).toEqual(["PROHIBITED_CONTENT"]);
  });

  it("may be streamed as a list", async () => {
    const [first, second] = ["Hel", "lo"].map((text) => ({
      candidates: [{ content: { parts: [{ text }] } }],
    }));
    const reply = [first, { ...second, responseId: "r1" }];
    const { attributes } = await attributesOf(`${models}:streamGenerateContent`, hello, reply);
    expect(attributes["gen_ai.response.id"]).toBe("r1");
    expect(attributes["gen_ai.request.stream"]).toBe(true);
    expect(attributes["gen_ai.output.messages"]).toContain('"Hello"');
  });

  it("may be of embeddings, whose texts are not recorded", async () => {
    const body = { content: { parts: [{ text: "secret" }] }, outputDimensionality: 2 };
    const reply = { embedding: { values: [0, 1] }, usageMetadata: { promptTokenCount: 6 } };
    const { name, attributes } = await attributesOf(`${models}:embedContent`, body, reply);
    expect(name).toBe("embeddings gemini-2.5-pro");
    expect(attributes).toMatchObject({
      "gen_ai.embeddings.dimension.count": 2,
      "gen_ai.usage.input_tokens": 6,
    });
    expect(JSON.stringify(attributes)).not.toContain("secret");
  });
});
