import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  currentInteraction,
  withInteraction,
  withRetrieval,
  withTool,
} from "#instrumentation/index.js";
import { everyAttribute, everyOption } from "../support/interaction-samples.js";
import { watchedCalls } from "../support/watched-calls.js";

const { server, recorded } = await watchedCalls();
afterEach(() => {
  vi.unstubAllEnvs();
});

function captureContent(): void {
  vi.stubEnv("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "true");
}

describe("withInteraction", () => {
  it("puts what the application knows on one span, and its calls beneath it", async () => {
    recorded.instrumentation.enable();
    const reference = await withInteraction(everyOption, async () => {
      const body = JSON.stringify({ model: "m", messages: [] });
      const response = await fetch(`${server.url}/chat/completions`, { method: "POST", body });
      await response.text();
      return currentInteraction();
    });
    const [call, turn] = recorded.spans();
    expect(turn).toMatchObject({ name: "interaction returns", kind: SpanKind.INTERNAL });
    expect(turn?.attributes).toEqual(everyAttribute);
    expect(reference).toEqual({
      traceId: turn?.spanContext().traceId,
      spanId: turn?.spanContext().spanId,
      interactionId: `${turn?.spanContext().traceId}-${turn?.spanContext().spanId}`,
    });
    expect(call?.parentSpanContext?.spanId).toBe(reference?.spanId);
  });

  it("gives back values, promises and errors as they are", async () => {
    const promise = Promise.resolve(3);
    expect(withInteraction({}, () => 2)).toBe(2);
    expect(withInteraction({}, () => promise)).toBe(promise);
    const fault = new RangeError("too far");
    expect(() =>
      withInteraction({}, () => {
        throw fault;
      }),
    ).toThrow(fault);
    await expect(withInteraction({}, () => Promise.reject(fault))).rejects.toBe(fault);
    const failed = recorded.spans().filter(({ status }) => status.code === SpanStatusCode.ERROR);
    expect(failed).toHaveLength(2);
    for (const span of failed) expect(span.attributes["error.type"]).toBe("RangeError");
    expect(recorded.spans()).toHaveLength(4);
  });

  it("is not known outside of it", () => {
    expect(currentInteraction()).toBeUndefined();
  });

  it("is known within tools", () => {
    const seen = withInteraction({}, () => [
      currentInteraction()?.spanId,
      withTool("look", {}, () => currentInteraction()?.spanId),
    ]);
    expect(seen[0]).toBeDefined();
    expect(seen[1]).toBe(seen[0]);
  });
});

describe("withTool and withRetrieval", () => {
  it("record names only by default", async () => {
    await withTool("order_status", { id: 7 }, async () => ({ state: "sent" }), "call_1");
    withRetrieval("refund", () => [{ id: "a", content: "30 days" }]);
    expect(recorded.spans().map(({ attributes }) => attributes)).toEqual([
      {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "order_status",
        "gen_ai.tool.type": "function",
        "gen_ai.tool.call.id": "call_1",
      },
      { "gen_ai.operation.name": "retrieval" },
    ]);
  });

  it("record content when it is switched on", async () => {
    captureContent();
    await withTool("order_status", { id: 7 }, async () => ({ state: "sent" }));
    await withRetrieval("refund", async () => [{ id: "a", content: "30 days", score: 0.5 }]);
    const [tool, retrieval] = recorded.spans();
    expect(tool?.attributes).toMatchObject({
      "gen_ai.tool.call.arguments": '{"id":7}',
      "gen_ai.tool.call.result": '{"state":"sent"}',
    });
    expect(retrieval?.attributes).toMatchObject({
      "gen_ai.retrieval.query.text": "refund",
      "gen_ai.retrieval.documents": '[{"id":"a","content":"30 days","score":0.5}]',
    });
  });

  it("survive what JSON cannot say", () => {
    captureContent();
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    expect(withTool("odd", circle, () => circle)).toBe(circle);
    expect(recorded.spans()).toHaveLength(1);
  });
});
