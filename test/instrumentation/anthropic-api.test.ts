import { beforeEach, describe, expect, it } from "vitest";
import { watchedCalls } from "../support/watched-calls.js";

const { server, recorded } = await watchedCalls({ captureMessageContent: true });
beforeEach(() => recorded.instrumentation.enable());

async function attributesOf(body: object): Promise<Record<string, unknown>> {
  const init = { method: "POST", body: JSON.stringify({ model: "m", max_tokens: 50, ...body }) };
  await (await fetch(`${server.root}/v1/messages`, init)).text();
  expect(recorded.instrumentation.faults).toBe(0);
  return recorded.spans()[0]?.attributes ?? {};
}

describe("a request of the Messages API", () => {
  it("has its settings and what the model may use", async () => {
    const tools = [{ name: "weather", input_schema: { type: "object" } }];
    const attributes = await attributesOf({
      messages: [{ role: "user", content: "Hi" }],
      system: [{ type: "text", text: "Be kind.", cache_control: { type: "ephemeral" } }],
      tools,
      temperature: 0.5,
      top_k: 40,
      top_p: 0.9,
      stop_sequences: ["END"],
    });
    expect(attributes).toMatchObject({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "anthropic",
      "gen_ai.request.model": "m",
      "gen_ai.request.max_tokens": 50,
      "gen_ai.request.temperature": 0.5,
      "gen_ai.request.top_k": 40,
      "gen_ai.request.top_p": 0.9,
      "gen_ai.request.stop_sequences": ["END"],
      "gen_ai.system_instructions": '[{"type":"text","content":"Be kind."}]',
      "gen_ai.tool.definitions": JSON.stringify(tools),
      "gen_ai.usage.input_tokens": 19,
      "gen_ai.usage.cache_read.input_tokens": 4,
      "gen_ai.usage.cache_write.input_tokens": 3,
      "gen_ai.usage.output_tokens": 5,
      "gen_ai.response.finish_reasons": ["tool_use"],
    });
  });

  it("has its conversation, with what tools answered as messages of the tool, and no bytes", async () => {
    const image = { type: "base64", media_type: "image/png", data: "c2VjcmV0" };
    const attributes = await attributesOf({
      messages: [
        {
          role: "assistant",
          content: [
            { type: "thinking", thinking: "Ask the tool.", signature: "s" },
            { type: "redacted_thinking", data: "c2VjcmV0" },
            { type: "tool_use", id: "t1", name: "weather", input: { city: "Bern" } },
            { type: "server_tool_use", id: "t2", name: "web_search", input: { query: "Bern" } },
            { type: "web_search_tool_result", tool_use_id: "t2", content: [] },
          ],
        },
        {
          role: "user",
          content: [
            {
              type: "tool_result",
              tool_use_id: "t1",
              content: [
                { type: "text", text: "12 °C" },
                { type: "image", source: image },
              ],
            },
            { type: "text", text: "And this?" },
            { type: "image", source: image },
            { type: "document", source: { type: "url", url: "https://example.com/a.pdf" } },
            { type: "document", source: { type: "text", media_type: "text/plain", data: "A" } },
            { type: "document", source: { type: "file", file_id: "file_1" } },
          ],
        },
      ],
    });
    const text = String(attributes["gen_ai.input.messages"]);
    expect(text).not.toContain("c2VjcmV0");
    const picture = { type: "blob", modality: "image", mime_type: "image/png" };
    expect(JSON.parse(text)).toEqual([
      {
        role: "assistant",
        parts: [
          { type: "reasoning", content: "Ask the tool." },
          { type: "reasoning", content: "" },
          { type: "tool_call", id: "t1", name: "weather", arguments: { city: "Bern" } },
          {
            type: "server_tool_call",
            id: "t2",
            name: "web_search",
            server_tool_call: { type: "server_tool_use", arguments: { query: "Bern" } },
          },
          {
            type: "server_tool_call_response",
            id: "t2",
            server_tool_call_response: { type: "web_search_tool_result", content: [] },
          },
        ],
      },
      {
        role: "tool",
        parts: [
          {
            type: "tool_call_response",
            id: "t1",
            response: [{ type: "text", content: "12 °C" }, picture],
          },
        ],
      },
      {
        role: "user",
        parts: [
          { type: "text", content: "And this?" },
          picture,
          { type: "uri", modality: "document", uri: "https://example.com/a.pdf" },
          { type: "text", content: "A" },
          { type: "file", modality: "document", file_id: "file_1" },
        ],
      },
    ]);
  });

  it("is not recorded where the path is another API's", async () => {
    const body = { method: "POST", body: JSON.stringify({ role: "user", content: "Hi" }) };
    await (await fetch(`${server.root}/v1/threads/thread_1/messages`, body)).text();
    expect(recorded.spans()).toEqual([]);
  });
});
