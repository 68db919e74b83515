import { context, SpanKind, trace } from "@opentelemetry/api";

const tracer = trace.getTracer("bench");

/** What any instrumentation has to do: one span, active in the call, with the usual attributes. */
export function withBareSpan(original: typeof fetch): typeof fetch {
  return async (...args) => {
    const attributes = {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "m",
      "gen_ai.request.stream": true,
      "openai.api.type": "chat_completions",
      "server.address": "127.0.0.1",
      "server.port": 443,
    };
    const span = tracer.startSpan("chat m", { kind: SpanKind.CLIENT, attributes });
    const inner = trace.setSpan(context.active(), span);
    const response = await context.with(inner, () => original(...args));
    span.setAttributes({
      "gen_ai.response.id": "chatcmpl-1",
      "gen_ai.response.model": "m-2024",
      "gen_ai.response.finish_reasons": ["stop"],
      "gen_ai.response.time_to_first_chunk": 0.1,
      "gen_ai.usage.input_tokens": 900,
      "gen_ai.usage.output_tokens": 200,
    });
    span.end();
    return response;
  };
}
