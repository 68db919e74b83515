import { generator, prose } from "./prose.js";

/** Rows of `otel.otel_traces`, as an application with a shop assistant leaves them. */
export type SpanRow = Readonly<Record<string, unknown>>;

const turnsOfSession = 4;

/**
 * The spans of one interaction, three or four of them, about 4 KB: the application's root with
 * session and user, a retrieval with documents, a chat with its history, in every second one a tool.
 * The same number gives the same spans.
 * @param start milliseconds since the Unix epoch at which the first interaction began
 */
export function interactionSpans(index: number, start: number): SpanRow[] {
  const random = generator(index);
  const traceId = index.toString(16).padStart(32, "a");
  const root = spanId(index, 0);
  const begin = start + index * 3;
  const question = prose(60 + random() * 120, random);
  const answer = prose(200 + random() * 400, random);
  const call = `call_${index}`;
  const tool = index % 2 === 0;
  const at = (offset: number, spans: number, name: string, columns: SpanRow): SpanRow => ({
    Timestamp: new Date(begin + offset).toISOString(),
    TraceId: traceId,
    SpanId: spanId(index, spans),
    ParentSpanId: spans === 0 ? "" : root,
    SpanName: name,
    SpanKind: "Internal",
    ServiceName: `shop-${index % 7}`,
    ResourceAttributes: resource,
    ScopeName: "bench",
    Duration: 400_000_000 + spans * 1_000,
    StatusCode: "Unset",
    ...columns,
  });
  return [
    at(0, 0, "POST /chat", {
      SpanKind: "Server",
      Duration: 2_000_000_000,
      SpanAttributes: {
        "http.request.method": "POST",
        "http.route": "/chat",
        "http.response.status_code": "200",
        "session.id": `session-${Math.floor(index / (turnsOfSession * 7))}-${index % 7}`,
        "user.id": `customer-${Math.floor(random() * 10_000)}`,
        "calibrant.feature": "returns",
      },
    }),
    at(100, 1, "retrieval returns", {
      SpanAttributes: {
        "gen_ai.operation.name": "retrieval",
        "gen_ai.data_source.id": "returns",
        "gen_ai.retrieval.query.text": question,
        "gen_ai.retrieval.documents": JSON.stringify(
          [0, 1, 2].map((document) => ({
            id: `document-${document}`,
            content: prose(300, random),
            score: random(),
          })),
        ),
      },
    }),
    ...(tool
      ? [
          at(600, 2, "execute_tool order_status", {
            SpanAttributes: {
              "gen_ai.operation.name": "execute_tool",
              "gen_ai.tool.name": "order_status",
              "gen_ai.tool.call.id": call,
              "gen_ai.tool.call.arguments": JSON.stringify({ order: index }),
              "gen_ai.tool.call.result": JSON.stringify({ state: "sent", note: prose(80, random) }),
            },
          }),
        ]
      : []),
    at(1_200, 3, "chat gpt-4o-mini", {
      SpanKind: "Client",
      SpanAttributes: {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
        "gen_ai.response.id": `chatcmpl-${index}`,
        "gen_ai.response.finish_reasons": '["stop"]',
        "gen_ai.usage.input_tokens": String(Math.floor(random() * 900)),
        "gen_ai.usage.output_tokens": String(Math.floor(random() * 300)),
        "gen_ai.system_instructions": JSON.stringify([{ type: "text", content: instructions }]),
        "gen_ai.input.messages": JSON.stringify([
          message("user", prose(120, random)),
          message("assistant", prose(400, random)),
          message("user", question),
          ...(tool ? toolMessages(call, index) : []),
        ]),
        "gen_ai.output.messages": JSON.stringify([message("assistant", answer)]),
      },
    }),
  ];
}

function spanId(index: number, span: number): string {
  return (index * 8 + span + 1).toString(16).padStart(16, "0");
}

function message(role: string, content: string): SpanRow {
  return { role, parts: [{ type: "text", content }] };
}

function toolMessages(id: string, order: number): SpanRow[] {
  const part = { type: "tool_call", id, name: "order_status", arguments: { order } };
  const response = { type: "tool_call_response", id, response: "sent" };
  return [
    { role: "assistant", parts: [part] },
    { role: "tool", parts: [response] },
  ];
}

const instructions = prose(600, generator(0));

const resource = {
  "service.version": "1.4.0",
  "deployment.environment.name": "production",
  "telemetry.sdk.language": "nodejs",
  "process.pid": "4711",
  "host.name": "web-1",
};
