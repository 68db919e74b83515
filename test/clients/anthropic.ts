import type Anthropic from "@anthropic-ai/sdk";
import { all, failureOf, responseFacts, until } from "./client.js";
import type { Client, Scenario } from "./client.js";

const request = {
  model: "claude-test",
  max_tokens: 2_000,
  system: "Be kind.",
  messages: [{ role: "user" as const, content: "Hi" }],
};
const tools = [{ name: "weather", input_schema: { type: "object" as const, properties: {} } }];
const thinking = { type: "enabled" as const, budget_tokens: 1_024 };

export const anthropic: Client = {
  name: "anthropic",
  scenarios: async (load, { root }) => {
    const { default: Class } = (await load("@anthropic-ai/sdk")) as { default: typeof Anthropic };
    const client = new Class({ apiKey: "test", baseURL: root, maxRetries: 0 });
    const retrying = new Class({ apiKey: "test", baseURL: root, maxRetries: 2 });
    return { ...messages(client), ...failures(client, retrying) };
  },
};

function messages({ messages: api }: Anthropic): Record<string, Scenario> {
  return {
    create: () => api.create(request),
    tools: () => api.create({ ...request, tools }),
    stream: async () => all(await api.create({ ...request, tools, thinking, stream: true })),
    streamHelper: async () => {
      const texts: string[] = [];
      const stream = api.stream({ ...request, thinking });
      stream.on("text", (text) => texts.push(text));
      return [texts, await stream.finalMessage(), await stream.finalText()];
    },
    parse: () =>
      api.parse({
        ...request,
        output_config: {
          format: {
            type: "json_schema",
            schema: { type: "object", properties: { colour: { type: "string" } } },
          },
        },
      }),
    asResponse: async () => responseFacts(await api.create(request).asResponse()),
    withResponse: async () => {
      const { data, request_id } = await api.create(request).withResponse();
      return { data, request_id };
    },
  };
}

function failures(client: Anthropic, retrying: Anthropic): Record<string, Scenario> {
  const streamOf = (model: string, signal?: AbortSignal) =>
    client.messages.create({ ...request, model, stream: true }, { signal: signal ?? null });
  return {
    refused: () => failureOf(client.messages.create({ ...request, model: "missing" })),
    retried: () => retrying.messages.create({ ...request, model: "flaky" }),
    brokenStream: async () => failureOf(all(await streamOf("broken"))),
    abort: async () => {
      const stopping = new AbortController();
      const stream = await streamOf("stalling", stopping.signal);
      return failureOf(until(stream, 3, () => stopping.abort()));
    },
    abortHelper: async () => {
      const stream = client.messages.stream({ ...request, model: "stalling" });
      stream.on("text", () => stream.abort());
      return failureOf(stream.finalMessage());
    },
  };
}
