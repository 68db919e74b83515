import type * as GoogleGenAi from "@google/genai";
import type { GoogleGenAI } from "@google/genai";
import { all, failureOf, until } from "./client.js";
import type { Client, Scenario } from "./client.js";

const model = "gemini-2.5-flash";
const contents = "Hi";
const config = { systemInstruction: "Be kind.", maxOutputTokens: 100 };
const tools = [{ functionDeclarations: [{ name: "weather" }] }];

export const google: Client = {
  name: "google",
  scenarios: async (load, { root }) => {
    const { GoogleGenAI: Class } = (await load("@google/genai")) as typeof GoogleGenAi;
    const client = new Class({ apiKey: "test", httpOptions: { baseUrl: root } });
    return { ...generate(client), ...failures(client) };
  },
};

function generate({ models, chats }: GoogleGenAI): Record<string, Scenario> {
  return {
    create: async () => plain(await models.generateContent({ model, contents, config })),
    tools: async () => {
      const thinkingConfig = { includeThoughts: true };
      return plain(
        await models.generateContent({ model, contents, config: { tools, thinkingConfig } }),
      );
    },
    stream: async () => {
      const pieces = await all(await models.generateContentStream({ model, contents, config }));
      return pieces.map(plain);
    },
    parse: async () => {
      const answer = await models.generateContent({
        model,
        contents,
        config: { responseMimeType: "application/json" },
      });
      return JSON.parse(answer.text ?? "") as unknown;
    },
    chat: async () => {
      const chat = chats.create({ model, config });
      const first = await chat.sendMessage({ message: "Hi" });
      const second = await all(await chat.sendMessageStream({ message: "And now?" }));
      return [plain(first), second.map(plain), chat.getHistory()];
    },
    embeddings: async () => {
      const answer = await models.embedContent({
        model: "gemini-embedding-001",
        contents: ["a", "b"],
      });
      return answer.embeddings;
    },
  };
}

/** The answer without its raw response, whose headers name the date. */
function plain(answer: { readonly text: string | undefined; sdkHttpResponse?: unknown }): unknown {
  const { sdkHttpResponse, ...rest } = answer;
  return { ...rest, text: answer.text, hasResponse: sdkHttpResponse !== undefined };
}

function failures({ models }: GoogleGenAI): Record<string, Scenario> {
  return {
    refused: () => failureOf(models.generateContent({ model: "missing", contents })),
    brokenStream: async () =>
      failureOf(all(await models.generateContentStream({ model: "broken", contents }))),
    abort: async () => {
      const stopping = new AbortController();
      const stream = await models.generateContentStream({
        model: "stalling",
        contents,
        config: { abortSignal: stopping.signal },
      });
      return failureOf(until(stream, 1, () => stopping.abort()));
    },
  };
}
