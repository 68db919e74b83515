import type * as AiSdkOpenAi from "@ai-sdk/openai";
import type { OpenAIProvider } from "@ai-sdk/openai";
import type * as AiSdk from "ai";
import type * as ZodPackage from "zod-4";
import { all, failureOf } from "./client.js";
import type { Client, Scenario } from "./client.js";

type Ai = typeof AiSdk;
type Zod = typeof ZodPackage;

const question = { system: "Be kind.", prompt: "Hi", maxRetries: 0 };

export const aiSdk: Client = {
  name: "ai-sdk",
  scenarios: async (load, { openai }) => {
    const ai = (await load("ai")) as Ai;
    const { createOpenAI } = (await load("@ai-sdk/openai")) as typeof AiSdkOpenAi;
    const zod = (await load("zod-4")) as Zod;
    const provider = createOpenAI({ apiKey: "test", baseURL: openai });
    return { ...texts(ai, provider, zod), ...failures(ai, provider) };
  },
};

function texts(ai: Ai, provider: OpenAIProvider, { z }: Zod): Record<string, Scenario> {
  const model = provider.chat("gpt-4o-mini");
  const weather = { inputSchema: ai.jsonSchema({ type: "object" }) };
  return {
    create: async () => {
      const { text, usage, finishReason } = await ai.generateText({ ...question, model });
      return { text, usage, finishReason };
    },
    tools: async () => {
      const { toolCalls } = await ai.generateText({ ...question, model, tools: { weather } });
      return toolCalls.map(({ toolName, input }) => ({ toolName, input }));
    },
    stream: async () => {
      const result = ai.streamText({ ...question, model });
      return [await all(result.textStream), await result.usage, await result.finishReason];
    },
    parse: async () => {
      const output = ai.Output.object({ schema: z.object({ colour: z.string() }) });
      const result = await ai.generateText({ ...question, model, output });
      return result.output;
    },
    responses: async () => {
      const result = await ai.generateText({ ...question, model: provider.responses("gpt-4o") });
      return result.text;
    },
    responsesStream: () =>
      all(ai.streamText({ ...question, model: provider.responses("gpt-4o") }).textStream),
    embeddings: async () => {
      const { embedding } = await ai.embed({
        model: provider.textEmbeddingModel("text-embedding-3-small"),
        value: "a",
      });
      return embedding;
    },
  };
}

function failures(ai: Ai, provider: OpenAIProvider): Record<string, Scenario> {
  return {
    refused: () => failureOf(ai.generateText({ ...question, model: provider.chat("missing") })),
    retried: async () => {
      const model = provider.chat("flaky");
      return (await ai.generateText({ ...question, model, maxRetries: 2 })).text;
    },
    brokenStream: async () => {
      const errors: unknown[] = [];
      const result = ai.streamText({
        ...question,
        model: provider.chat("broken"),
        onError: ({ error }) => void errors.push((error as Error).message),
      });
      return [await all(result.textStream), errors];
    },
    abort: async () => {
      const stopping = new AbortController();
      const result = ai.streamText({
        ...question,
        model: provider.chat("stalling"),
        abortSignal: stopping.signal,
      });
      const types: string[] = [];
      for await (const { type } of result.fullStream) {
        types.push(type);
        if (type === "text-start" || type === "text-delta") stopping.abort();
      }
      return types;
    },
  };
}
