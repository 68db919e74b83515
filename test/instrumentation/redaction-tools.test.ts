import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CallContent, Redact } from "#instrumentation/index.js";
import {
  GenAiFetchInstrumentation,
  withInteraction,
  withRetrieval,
  withTool,
} from "#instrumentation/index.js";
import { failingHooks } from "../support/failing-hooks.js";
import { watchedCalls } from "../support/watched-calls.js";

const { recorded } = await watchedCalls();
afterEach(() => {
  vi.unstubAllEnvs();
  recorded.instrumentation.setConfig({});
});

/** Everything that the spans say, as text. */
function said(): string {
  return recorded
    .spans()
    .map(({ attributes, events, status }) => JSON.stringify({ attributes, events, status }))
    .join("\n");
}

const masked: Redact = (content) =>
  JSON.parse(JSON.stringify(content).replaceAll("4111", "####")) as CallContent;

const overwriting: Redact = (content) => {
  for (const value of [content.toolArguments, content.toolResult]) {
    if (value !== undefined) Object.assign(value as object, { card: "-", paid: "-" });
  }
  return content;
};

const onlyArguments: Redact = ({ toolArguments: given }) =>
  given === undefined ? {} : { toolArguments: [given] };

function failing(): never {
  throw new RangeError("no 4111");
}

/** Whatever there is to record besides model calls, with a secret in it. */
async function everything(): Promise<void> {
  withTool("pay", { card: "4111" }, () => ({ paid: "4111" }));
  await withTool("pay", { card: "4111" }, async () => ({ paid: "4111" }));
  await withRetrieval("who has 4111", async () => [{ id: "a", content: "4111", score: 0.5 }]);
  expect(() => withTool("pay", {}, failing)).toThrow("no 4111");
  expect(() => withInteraction({}, failing)).toThrow("no 4111");
  await expect(withRetrieval("", async () => failing())).rejects.toThrow("no 4111");
}

describe("the redaction hook and tools", () => {
  it("decides what is recorded of them, of searches, and of errors", async () => {
    const seen: string[] = [];
    const redact: Redact = (content) => {
      seen.push(...Object.keys(content));
      return masked(content);
    };
    recorded.instrumentation.setConfig({ captureMessageContent: true, redact });
    await everything();
    expect(said()).not.toContain("4111");
    expect(recorded.spans().map(({ attributes }) => attributes)).toMatchObject([
      {
        "gen_ai.tool.call.arguments": '{"card":"####"}',
        "gen_ai.tool.call.result": '{"paid":"####"}',
      },
      { "gen_ai.tool.call.result": '{"paid":"####"}' },
      {
        "gen_ai.retrieval.query.text": "who has ####",
        "gen_ai.retrieval.documents": '[{"id":"a","content":"####","score":0.5}]',
      },
      { "error.type": "RangeError" },
      { "error.type": "RangeError" },
      { "error.type": "RangeError" },
    ]);
    for (const { status, events } of recorded.spans().slice(3)) {
      expect(status.message).toBe("no ####");
      expect(events[0]?.attributes).toEqual({
        "exception.type": "RangeError",
        "exception.message": "no ####",
      });
    }
    expect([...new Set(seen)].toSorted()).toEqual([
      "errorMessage",
      "retrievalQuery",
      "retrievedDocuments",
      "toolArguments",
      "toolResult",
    ]);
  });

  it.each<readonly [string, Redact]>([
    ...failingHooks,
    [
      "answers what cannot be recorded",
      () => ({
        toolArguments: 4111n,
        toolResult: () => "4111",
        retrievalQuery: ["4111"] as unknown as string,
        errorMessage: { text: "4111" } as unknown as string,
      }),
    ],
  ])("costs the content where it %s", async (_what, redact) => {
    recorded.instrumentation.setConfig({ captureMessageContent: true, redact });
    await everything();
    expect(recorded.spans()).toHaveLength(6);
    expect(said()).not.toContain("4111");
  });

  it("cannot reach what the application has", () => {
    const given = { card: "4111" };
    const answer = { paid: "4111", at: new Date(0) };
    recorded.instrumentation.setConfig({ captureMessageContent: true, redact: overwriting });
    expect(withTool("pay", given, () => answer)).toBe(answer);
    expect([given, answer]).toEqual([{ card: "4111" }, { paid: "4111", at: new Date(0) }]);
    expect(said()).not.toContain("4111");
  });

  it("is not lost with an instrumentation that is switched off, nor with a second one", async () => {
    recorded.instrumentation.setConfig({ captureMessageContent: true, redact: masked });
    recorded.instrumentation.disable();
    const second = new GenAiFetchInstrumentation({ captureMessageContent: true, enabled: false });
    await everything();
    expect(said()).not.toContain("4111");
    expect(said()).toContain("####");
    second.setConfig({ captureMessageContent: true, redact: onlyArguments });
    recorded.reset();
    withTool("pay", { card: "4111" }, () => "4111");
    expect(recorded.spans()[0]?.attributes).toMatchObject({
      "gen_ai.tool.call.arguments": '[{"card":"####"}]',
    });
    expect(said()).not.toContain("4111");
    second.setConfig({ captureMessageContent: true });
  });
});

describe("captureMessageContent and tools", () => {
  beforeEach(() => vi.stubEnv("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "true"));

  it("goes before the variable", () => {
    recorded.instrumentation.setConfig({ captureMessageContent: false });
    withTool("pay", { card: "4111" }, () => "4111");
    expect(said()).not.toContain("4111");
    vi.unstubAllEnvs();
    recorded.instrumentation.setConfig({ captureMessageContent: true });
    recorded.reset();
    withTool("pay", { card: "4111" }, () => "4111");
    expect(said()).toContain("4111");
  });

  it("is asked of every instrumentation", () => {
    const second = new GenAiFetchInstrumentation({ enabled: false });
    withTool("pay", { card: "4111" }, () => "4111");
    expect(said()).toContain("4111");
    recorded.reset();
    second.setConfig({ captureMessageContent: false });
    withTool("pay", { card: "4111" }, () => "4111");
    expect(said()).not.toContain("4111");
  });
});
