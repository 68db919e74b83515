import { generator, prose } from "./prose.js";

const words = generator(1);

/**
 * One turn of an application as OTLP/JSON, a request with its root and a call of a model, both of
 * which end now.
 */
export function turnRequest(traceId: string, index: number): string {
  const end = `${Date.now()}000000`;
  const start = `${Date.now() - 900}000000`;
  const times = { traceId, startTimeUnixNano: start, endTimeUnixNano: end };
  const root = (index * 2 + 1).toString(16).padStart(16, "0");
  const call = (index * 2 + 2).toString(16).padStart(16, "0");
  const spans = [
    {
      ...times,
      spanId: root,
      name: "POST /chat",
      kind: 2,
      attributes: [text("session.id", `session-${index}`), text("http.request.method", "POST")],
    },
    {
      ...times,
      spanId: call,
      parentSpanId: root,
      name: "chat gpt-4o-mini",
      kind: 3,
      attributes: [
        text("gen_ai.operation.name", "chat"),
        text("gen_ai.provider.name", "openai"),
        text("gen_ai.request.model", "gpt-4o-mini"),
        text("gen_ai.input.messages", messages("user", prose(200, words))),
        text("gen_ai.output.messages", messages("assistant", prose(600, words))),
      ],
    },
  ];
  const resource = { attributes: [text("service.name", "bench")] };
  return JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] });
}

function text(key: string, stringValue: string): object {
  return { key, value: { stringValue } };
}

function messages(role: string, content: string): string {
  return JSON.stringify([{ role, parts: [{ type: "text", content }] }]);
}
