import {
  currentInteraction,
  withInteraction,
  withRetrieval,
  withTool,
  type InteractionReference,
} from "@calibrant/instrumentation";
import type OpenAI from "openai";
import { productPages, returnPages } from "./documents.js";
import { findOrder } from "./orders.js";
import { promptOf, type Feature, type Prompt } from "./prompts.js";
import { searchPages } from "./search.js";

export interface Turn {
  readonly userId: string;
  readonly sessionId: string;
  readonly segment: string;
  readonly feature: Feature;
  readonly question: string;
  /** Questions and answers so far, oldest first. */
  readonly history: readonly { readonly role: "user" | "assistant"; readonly content: string }[];
  readonly seed: number;
}

export interface Answer {
  readonly text: string;
  /** Names the turn for feedback on it. */
  readonly interaction: InteractionReference | undefined;
}

type Message = OpenAI.Chat.Completions.ChatCompletionMessageParam;

/** The shop's assistant, as a customer of Calibrant would write it: nothing in it knows of judges. */
export interface Assistant {
  /** @param onStarted told of the turn as soon as it has begun, before its answer exists */
  answer(turn: Turn, onStarted?: (interaction: InteractionReference) => void): Promise<Answer>;
}

export function createAssistant(client: OpenAI, model: string, release: string): Assistant {
  return {
    answer: (turn, onStarted) => {
      const prompt = promptOf(turn.feature, release);
      const { userId, sessionId, segment, feature } = turn;
      const marks = { userId, sessionId, segment, feature };
      const version = { promptName: prompt.name, promptVersion: prompt.version };
      return withInteraction({ ...marks, ...version }, async () => {
        const interaction = currentInteraction();
        if (interaction !== undefined) onStarted?.(interaction);
        const text = await answers[feature]({ client, model, prompt, turn });
        return { text, interaction };
      });
    },
  };
}

interface Work {
  readonly client: OpenAI;
  readonly model: string;
  readonly prompt: Prompt;
  readonly turn: Turn;
}

const answers: Readonly<Record<Feature, (work: Work) => Promise<string>>> = {
  product_search: async (work) => {
    const system = await withPages(work, productPages);
    return streamed(work, messagesOf(work, system));
  },
  returns: async (work) => {
    const system = await withPages(work, returnPages);
    return (await asked(work, messagesOf(work, system))).content ?? "";
  },
  order_status: async (work) => {
    const messages = messagesOf(work, work.prompt.text);
    const first = await asked(work, messages, [orderTool]);
    const call = first.tool_calls?.[0];
    if (call?.type !== "function") return first.content ?? "";
    const args = JSON.parse(call.function.arguments) as { order_number: string };
    const order = await withTool(
      "order_status",
      args,
      async () => findOrder(args.order_number) ?? { order_number: args.order_number },
      call.id,
    );
    const result: Message = {
      role: "tool",
      tool_call_id: call.id,
      content: JSON.stringify(order),
    };
    return (await asked(work, [...messages, first, result], [orderTool])).content ?? "";
  },
};

async function withPages({ prompt, turn }: Work, pages: typeof productPages): Promise<string> {
  const found = await withRetrieval(turn.question, async () => searchPages(pages, turn.question));
  return `${prompt.text}\nDocuments:\n${found.map(({ id, content }) => `[${id}] ${content}`).join("\n")}`;
}

function messagesOf({ turn }: Work, system: string): Message[] {
  return [
    { role: "system", content: system },
    ...turn.history,
    { role: "user", content: turn.question },
  ];
}

async function asked(
  { client, model, turn }: Work,
  messages: Message[],
  tools: OpenAI.Chat.Completions.ChatCompletionTool[] = [],
) {
  const completion = await client.chat.completions.create({
    model,
    messages,
    seed: turn.seed,
    temperature: 0.2,
    ...(tools.length === 0 ? {} : { tools }),
  });
  const message = completion.choices[0]?.message;
  if (message === undefined) throw new Error("the model gave no answer");
  return message;
}

async function streamed({ client, model, turn }: Work, messages: Message[]): Promise<string> {
  const stream = await client.chat.completions.create({
    model,
    messages,
    seed: turn.seed,
    temperature: 0.2,
    stream: true,
    stream_options: { include_usage: true },
  });
  let text = "";
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
  return text;
}

const orderTool: OpenAI.Chat.Completions.ChatCompletionTool = {
  type: "function",
  function: {
    name: "order_status",
    description: "Looks up what has become of an order",
    parameters: {
      type: "object",
      properties: { order_number: { type: "string", description: "Five digits" } },
      required: ["order_number"],
      additionalProperties: false,
    },
  },
};
