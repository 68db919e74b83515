import {
  anything,
  array,
  assert,
  asyncProperty,
  boolean,
  constantFrom,
  dictionary,
  jsonValue,
  letrec,
  oneof,
  record,
  type Arbitrary,
} from "fast-check";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { recordSpans, type RecordedSpans } from "../support/recorded-spans.js";

const plainFetch = globalThis.fetch;
let recorded: RecordedSpans;

beforeAll(() => {
  recorded = recordSpans({ captureMessageContent: true });
});
afterEach(() => {
  recorded.instrumentation.disable();
  globalThis.fetch = plainFetch;
});
afterAll(() => recorded.stop());

const paths = [
  "chat/completions",
  "responses",
  "embeddings",
  "messages",
  "models/m:generateContent",
  "models/m:streamGenerateContent",
  "models/m:embedContent",
] as const;

/** The fields that the APIs have, with anything in them that JSON can say. */
const fields = [
  ["messages", "input", "contents", "content", "parts", "model", "max_tokens", "role", "type"],
  ["text", "thinking", "tools", "tool_calls", "function", "arguments", "name", "id", "system"],
  ["choices", "delta", "message", "finish_reason", "usage", "prompt_tokens", "output", "status"],
  ["candidates", "usageMetadata", "functionCall", "inlineData", "error", "code", "index"],
  ["content_block", "stop_reason", "response", "source", "systemInstruction", "image_url"],
].flat();

const types = [
  ["message", "text", "image", "thinking", "tool_use", "tool_result", "reasoning", "message_start"],
  ["content_block_start", "content_block_delta", "message_delta", "response.output_text.delta"],
  ["response.completed", "function_call", "error", "document", "image_url", "file"],
].flat();

const { body } = letrec<{ body: Record<string, unknown>; value: unknown }>((tie) => ({
  body: dictionary(constantFrom(...fields), tie("value"), { maxKeys: 6 }),
  value: oneof(
    { maxDepth: 5 },
    constantFrom<unknown>(...types, 0, null, true, "", "data:image/png;base64,AA=="),
    tie("body"),
    array(tie("body"), { maxLength: 3 }),
    jsonValue({ maxDepth: 1 }),
  ),
})) as { body: Arbitrary<Record<string, unknown>> };

it("whatever is asked and answered, the application gets it, and nothing fails", async () => {
  const call = record({
    path: constantFrom(...paths),
    status: constantFrom(200, 400, 500),
    events: boolean(),
    request: body,
    answers: array(oneof({ weight: 5, arbitrary: body }, { weight: 1, arbitrary: anything() })),
  });
  await assert(
    asyncProperty(call, async ({ path, status, events, request, answers }) => {
      const list = answers.map((answer) => textOf(answer));
      const text = events ? list.map((one) => `data: ${one}\n\n`).join("") : (list[0] ?? "");
      const type = events ? "text/event-stream" : "application/json";
      globalThis.fetch = () =>
        Promise.resolve(new Response(text, { status, headers: { "content-type": type } }));
      recorded.instrumentation.enable();
      const accepted = { model: "m", max_tokens: 1, messages: [], input: "", contents: [] };
      const sent = JSON.stringify({ ...accepted, content: "", ...request });
      const response = await fetch(`http://model/v1/${path}`, { method: "POST", body: sent });
      expect(await response.text()).toBe(text);
      recorded.instrumentation.disable();
      expect(recorded.instrumentation.faults).toBe(0);
    }),
    { numRuns: 1_000 },
  );
  expect(recorded.spans().length).toBeGreaterThan(300);
});

function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    return "{";
  }
}
