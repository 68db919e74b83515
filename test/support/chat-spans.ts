/** Rows of `otel.otel_traces`, as JSONEachRow takes them. */
export interface ChatSpan {
  readonly traceId: string;
  readonly service?: string;
  readonly session?: string;
  readonly question?: string;
  /** Milliseconds since the Unix epoch. */
  readonly start: number;
  readonly model?: string;
}

/** A trace of one span: a call of a model by an application, without a parent. */
export function chatSpan(chat: ChatSpan): Readonly<Record<string, unknown>> {
  return {
    Timestamp: new Date(chat.start).toISOString(),
    TraceId: chat.traceId,
    SpanId: chat.traceId.slice(-16),
    ParentSpanId: "",
    SpanName: "chat",
    SpanKind: "Client",
    ServiceName: chat.service ?? "shop",
    Duration: 5_000_000,
    StatusCode: "Unset",
    SpanAttributes: {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": chat.model ?? "gpt-4o-mini",
      "gen_ai.usage.input_tokens": "1000",
      "gen_ai.usage.output_tokens": "100",
      "gen_ai.input.messages": message("user", chat.question ?? "How late is it?"),
      "gen_ai.output.messages": message("assistant", "Nine o'clock."),
      ...(chat.session === undefined ? {} : { "session.id": chat.session }),
    },
  };
}

function message(role: string, content: string): string {
  return JSON.stringify([{ role, parts: [{ type: "text", content }] }]);
}
