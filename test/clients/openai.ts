import type OpenAI from "openai-6";
import type * as ZodHelpers from "openai-6/helpers/zod";
import type * as ZodPackage from "zod-4";
import { all, failureOf, responseFacts, until } from "./client.js";
import type { Client, Load, Scenario } from "./client.js";

const model = "gpt-4o-mini";
const messages = [
  { role: "system" as const, content: "Be kind." },
  { role: "user" as const, content: "Hi" },
];
const tools = [
  {
    type: "function" as const,
    function: { name: "weather", parameters: { type: "object", properties: {} } },
  },
];

/** The majors of the package differ in where the helpers are; in the rest they are alike. */
export function openAi(major: 4 | 5 | 6 | 7): Client {
  const name = `openai-${major}`;
  return {
    name,
    scenarios: async (load, { openai }) => {
      // Version 4 uses node-fetch unless this is loaded first.
      if (major === 4) await load("openai-4/shims/web");
      const { default: Class } = (await load(name)) as { default: typeof OpenAI };
      const client = new Class({ apiKey: "test", baseURL: openai, maxRetries: 0 });
      const retrying = new Class({ apiKey: "test", baseURL: openai, maxRetries: 2 });
      return {
        ...chat(client),
        ...(await helpers(client, load, major)),
        ...failures(client, retrying),
        ...(major === 4 ? {} : responses(client)),
      };
    },
  };
}

function chat({ chat: { completions }, embeddings }: OpenAI): Record<string, Scenario> {
  return {
    create: () => completions.create({ model, messages, temperature: 0.2 }),
    tools: () => completions.create({ model, messages, tools }),
    stream: async () => all(await completions.create({ model, messages, stream: true })),
    asResponse: async () =>
      responseFacts(await completions.create({ model, messages }).asResponse()),
    streamAsResponse: async () =>
      responseFacts(await completions.create({ model, messages, stream: true }).asResponse()),
    withResponse: async () => {
      const { data, request_id } = await completions.create({ model, messages }).withResponse();
      return { data, request_id };
    },
    embeddings: () => embeddings.create({ model: "text-embedding-3-small", input: ["a", "b"] }),
  };
}

async function helpers(
  client: OpenAI,
  load: Load,
  major: number,
): Promise<Record<string, Scenario>> {
  const { z } = (await load(major < 6 ? "zod" : "zod-4")) as typeof ZodPackage;
  const { zodResponseFormat } = (await load(`openai-${major}/helpers/zod`)) as typeof ZodHelpers;
  // In version 4 both were under `beta`.
  const completions = major === 4 ? betaOf(client) : client.chat.completions;
  return {
    parse: () =>
      completions.parse({
        model,
        messages,
        response_format: zodResponseFormat(z.object({ colour: z.string() }), "answer"),
      }),
    streamHelper: async () => {
      const pieces: string[] = [];
      const runner = completions.stream({ model, messages });
      runner.on("content", (piece) => pieces.push(piece));
      return [pieces, await runner.finalChatCompletion(), await runner.totalUsage()];
    },
    streamHelperTools: () => completions.stream({ model, messages, tools }).finalChatCompletion(),
  };
}

function betaOf(client: OpenAI): OpenAI["chat"]["completions"] {
  const { beta } = client as unknown as { beta: { chat: OpenAI["chat"] } };
  return beta.chat.completions;
}

function failures(client: OpenAI, retrying: OpenAI): Record<string, Scenario> {
  const { completions } = client.chat;
  const streamOf = (name: string, signal?: AbortSignal) =>
    completions.create({ model: name, messages, stream: true }, { signal: signal ?? null });
  return {
    refused: () => failureOf(completions.create({ model: "missing", messages })),
    limited: () => failureOf(completions.create({ model: "busy", messages })),
    retried: () => retrying.chat.completions.create({ model: "flaky", messages }),
    brokenStream: async () => failureOf(all(await streamOf("broken"))),
    abort: async () => {
      const stopping = new AbortController();
      const stream = await streamOf("stalling", stopping.signal);
      return failureOf(until(stream, 2, () => stopping.abort()));
    },
    abortBefore: () => failureOf(Promise.resolve(streamOf(model, AbortSignal.abort()))),
    left: async () => {
      for await (const piece of await streamOf("stalling")) return piece;
      return undefined;
    },
  };
}

function responses({ responses: api }: OpenAI): Record<string, Scenario> {
  const body = { model: "gpt-4o", instructions: "Be kind.", input: "Hi" };
  return {
    responses: () => api.create(body),
    responsesStream: async () => all(await api.create({ ...body, stream: true })),
    responsesParse: () => api.parse(body),
    responsesStreamHelper: () => api.stream(body).finalResponse(),
  };
}
