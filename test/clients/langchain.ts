import type * as LangChainOpenAi from "@langchain/openai";
import type * as ZodPackage from "zod-4";
import { all, failureOf } from "./client.js";
import type { Client, Scenario } from "./client.js";

type LangChain = typeof LangChainOpenAi;
type Zod = typeof ZodPackage;

const messages = [
  { role: "system", content: "Be kind." },
  { role: "user", content: "Hi" },
];

export const langChain: Client = {
  name: "langchain",
  scenarios: async (load, { openai }) => {
    const chain = (await load("@langchain/openai")) as LangChain;
    const { z } = (await load("zod-4")) as Zod;
    const settings = { apiKey: "test", maxRetries: 0, configuration: { baseURL: openai } };
    const chat = (model: string) => new chain.ChatOpenAI({ ...settings, model });
    return {
      ...calls(chat, z),
      responses: async () => {
        const fields = { ...settings, model: "gpt-4o", useResponsesApi: true };
        return (await new chain.ChatOpenAI(fields).invoke(messages)).text;
      },
      embeddings: () => {
        const embeddings = new chain.OpenAIEmbeddings({
          ...settings,
          model: "text-embedding-3-small",
        });
        return embeddings.embedDocuments(["a", "b"]);
      },
      ...failures(chat, (model) => new chain.ChatOpenAI({ ...settings, model, maxRetries: 2 })),
    };
  },
};

type Chat = (model: string) => InstanceType<LangChain["ChatOpenAI"]>;

function calls(chat: Chat, z: Zod["z"]): Record<string, Scenario> {
  const model = chat("gpt-4o-mini");
  const weather = {
    type: "function" as const,
    function: { name: "weather", parameters: { type: "object", properties: {} } },
  };
  return {
    create: async () => {
      const { text, usage_metadata, response_metadata } = await model.invoke(messages);
      return { text, usage_metadata, response_metadata };
    },
    tools: async () => (await model.bindTools([weather]).invoke(messages)).tool_calls,
    stream: async () => {
      const pieces = await all(await model.stream(messages));
      return pieces.map(({ text, usage_metadata }) => ({ text, usage_metadata }));
    },
    parse: () =>
      model
        .withStructuredOutput(z.object({ colour: z.string() }), { method: "jsonSchema" })
        .invoke(messages),
  };
}

function failures(chat: Chat, retrying: Chat): Record<string, Scenario> {
  return {
    refused: () => failureOf(chat("missing").invoke(messages)),
    retried: async () => (await retrying("flaky").invoke(messages)).text,
    brokenStream: async () => failureOf(all(await chat("broken").stream(messages))),
    abort: async () => {
      const stopping = new AbortController();
      const stream = await chat("stalling").stream(messages, { signal: stopping.signal });
      const texts: string[] = [];
      const reading = async (): Promise<void> => {
        for await (const { text } of stream) {
          texts.push(text);
          if (text !== "") stopping.abort();
        }
      };
      return [await failureOf(reading()), texts];
    },
  };
}
