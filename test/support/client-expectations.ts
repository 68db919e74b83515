import type { SinkSpan } from "./otlp-sink.js";

/** What a span says of a call, as far as it does not depend on time and port. */
export interface CallFacts {
  readonly name: string;
  readonly model: string;
  readonly provider: string;
  /** Input and output. */
  readonly tokens: readonly [number | undefined, number | undefined];
  readonly finish: readonly string[];
  readonly error: string | undefined;
  /** 0 for a first attempt. */
  readonly resent: number;
  /** The text of the last message that was sent. */
  readonly question: string;
  /** Text, reasoning and tool calls of the answer. */
  readonly answer: string;
}

interface Message {
  readonly parts: readonly Readonly<Record<string, unknown>>[];
}

export function factsOf({ name, attributes }: SinkSpan): CallFacts {
  return {
    name,
    model: String(attributes["gen_ai.request.model"]),
    provider: String(attributes["gen_ai.provider.name"]),
    tokens: [
      attributes["gen_ai.usage.input_tokens"] as number | undefined,
      attributes["gen_ai.usage.output_tokens"] as number | undefined,
    ],
    finish: (attributes["gen_ai.response.finish_reasons"] ?? []) as string[],
    error: attributes["error.type"] as string | undefined,
    resent: (attributes["http.request.resend_count"] ?? 0) as number,
    question: shown(messagesOf(attributes["gen_ai.input.messages"]).at(-1)),
    answer: shown(messagesOf(attributes["gen_ai.output.messages"])[0]),
  };
}

function messagesOf(value: unknown): readonly Message[] {
  return typeof value === "string" ? (JSON.parse(value) as Message[]) : [];
}

function shown(message: Message | undefined): string {
  return (message?.parts ?? [])
    .map((part) =>
      part["type"] === "tool_call"
        ? `${String(part["name"])}(${JSON.stringify(part["arguments"])})`
        : `${part["type"] === "reasoning" ? "thought: " : ""}${String(part["content"])}`,
    )
    .join(" | ");
}

const weather = 'weather({"city":"Bern"})';
const colour = '{"colour":"blue"}';
const hello = "Hello ☕ there";

/** Without the model, which the name has as well. */
type Expected = Omit<CallFacts, "model">;

/** The calls that a scenario of `test/clients` makes. */
export function expectedOf(title: string): CallFacts[] {
  return callsOf(title).map((call) => ({ ...call, model: call.name.split(" ")[1] ?? "" }));
}

function callsOf(title: string): Expected[] {
  const [client = "", scenario = ""] = title.split(" ");
  switch (client) {
    case "anthropic":
      return anthropic(scenario);
    case "google":
      return google(scenario);
    default:
      return openAi(client, scenario);
  }
}

function openAi(client: string, scenario: string): Expected[] {
  const answered: Expected = {
    name: `chat ${scenario.startsWith("responses") ? "gpt-4o" : "gpt-4o-mini"}`,
    provider: "openai",
    tokens: [12, 5],
    finish: ["stop"],
    error: undefined,
    resent: 0,
    question: "Hi",
    answer: "Hello there",
  };
  const cut = { ...answered, ...nothing, name: "chat stalling" };
  switch (scenario) {
    case "stream":
    case "streamAsResponse":
    case "streamHelper":
      return [{ ...answered, answer: hello }];
    case "tools":
    case "streamHelperTools":
      return [{ ...answered, finish: ["tool_calls"], answer: weather }];
    case "parse":
      return [{ ...answered, answer: colour }];
    case "embeddings":
      return [embeddings("text-embedding-3-small", "openai", 6)];
    case "refused":
      return [{ ...answered, ...nothing, name: "chat missing", error: "404" }];
    case "limited":
      return [{ ...answered, ...nothing, name: "chat busy", error: "429" }];
    case "retried":
      return retried({ ...answered, name: "chat flaky" });
    case "brokenStream":
      return [{ ...answered, ...nothing, name: "chat broken", error: "overloaded", answer: "Hel" }];
    case "abort":
      return [{ ...cut, error: "AbortError", answer: "Hel" }];
    case "left":
      // Version 7 leaves a stream by aborting the request.
      return [{ ...cut, error: client === "openai-7" ? "AbortError" : undefined }];
    case "abortBefore":
      // The client gives up before it calls anybody.
      return [];
    default:
      return [answered];
  }
}

const nothing = { tokens: [undefined, undefined], finish: [], answer: "" } as const;

function retried(last: Expected): Expected[] {
  return [
    { ...last, ...nothing, error: "503" },
    { ...last, resent: 1 },
  ];
}

function embeddings(model: string, provider: string, tokens: number | undefined): Expected {
  return {
    ...nothing,
    name: `embeddings ${model}`,
    provider,
    tokens: [tokens, undefined],
    error: undefined,
    resent: 0,
    question: "",
  };
}

function anthropic(scenario: string): Expected[] {
  const answered: Expected = {
    name: "chat claude-test",
    provider: "anthropic",
    tokens: [19, 5],
    finish: ["end_turn"],
    error: undefined,
    resent: 0,
    question: "Hi",
    answer: hello,
  };
  const thinking = `thought: They greet me. | ${hello}`;
  const cut = { ...answered, finish: [], tokens: [19, 1] } as const;
  switch (scenario) {
    case "tools":
      return [{ ...answered, finish: ["tool_use"], answer: `${hello} | ${weather}` }];
    case "stream":
      return [{ ...answered, finish: ["tool_use"], answer: `${thinking} | ${weather}` }];
    case "streamHelper":
      return [{ ...answered, answer: thinking }];
    case "parse":
      return [{ ...answered, answer: colour }];
    case "refused":
      return [{ ...answered, ...nothing, name: "chat missing", error: "404" }];
    case "retried":
      return retried({ ...answered, name: "chat flaky" });
    case "brokenStream":
      return [{ ...cut, name: "chat broken", error: "overloaded_error", answer: "" }];
    case "abort":
      return [{ ...cut, name: "chat stalling", error: "AbortError", answer: "Hello " }];
    case "abortHelper":
      return [{ ...cut, name: "chat stalling", error: "AbortError", answer: "Hello " }];
    default:
      return [answered];
  }
}

function google(scenario: string): Expected[] {
  const answered: Expected = {
    name: "generate_content gemini-2.5-flash",
    provider: "gcp.gemini",
    tokens: [12, 5],
    finish: ["STOP"],
    error: undefined,
    resent: 0,
    question: "Hi",
    answer: "Hello ☕ |  there",
  };
  switch (scenario) {
    case "tools":
      return [{ ...answered, answer: `thought: They greet me. | ${weather}` }];
    case "stream":
      return [{ ...answered, answer: hello }];
    case "parse":
      return [{ ...answered, answer: '{"colour": | "blue"}' }];
    case "chat":
      return [answered, { ...answered, question: "And now?", answer: hello }];
    case "embeddings":
      return [embeddings("gemini-embedding-001", "gcp.gemini", undefined)];
    case "refused":
      return [{ ...answered, ...nothing, name: "generate_content missing", error: "404" }];
    case "brokenStream": {
      const name = "generate_content broken";
      return [{ ...answered, name, finish: [], error: "UNAVAILABLE", answer: "Hello ☕" }];
    }
    case "abort": {
      const name = "generate_content stalling";
      return [{ ...answered, name, finish: [], error: "AbortError", answer: "Hello ☕" }];
    }
    default:
      return [answered];
  }
}
