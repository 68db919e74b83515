/** The parts of a chat completions request that the simulated model looks at. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly stream: boolean;
  /** Whether a streamed answer ends with the token counts. */
  readonly streamedUsage: boolean;
  readonly tools: readonly string[];
  /** The JSON Schema of a structured answer; undefined for free text. */
  readonly schema: Readonly<Record<string, unknown>> | undefined;
  readonly seed: number;
}

interface ChatMessage {
  readonly role: string;
  readonly text: string;
}

/** Undefined where the body is not a chat completions request. */
export function readChatRequest(body: unknown): ChatRequest | undefined {
  const { model, messages, stream, stream_options, tools, response_format, seed } = record(body);
  if (typeof model !== "string" || !Array.isArray(messages) || messages.length === 0) {
    return undefined;
  }
  return {
    model,
    messages: messages.map((message: unknown) => {
      const { role, content } = record(message);
      return { role: String(role), text: typeof content === "string" ? content : "" };
    }),
    stream: stream === true,
    streamedUsage: record(stream_options)["include_usage"] === true,
    tools: (Array.isArray(tools) ? tools : []).map((tool: unknown) =>
      String(record(record(tool)["function"])["name"]),
    ),
    schema: schemaOf(response_format),
    seed: typeof seed === "number" ? seed : 0,
  };
}

/** The last message of a role; empty where there is none. */
export function lastText(request: ChatRequest, role: string): string {
  return request.messages.findLast((message) => message.role === role)?.text ?? "";
}

function schemaOf(format: unknown): ChatRequest["schema"] {
  const schema = record(record(format)["json_schema"])["schema"];
  return typeof schema === "object" && schema !== null ? record(schema) : undefined;
}

export function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
