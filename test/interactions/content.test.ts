import { describe, expect, it } from "vitest";
import { assembleTrace } from "#processor/interactions/interactions.js";
import { loadPrices } from "#processor/interactions/prices/prices.js";
import type { Interaction } from "#processor/model/interaction.js";
import type { RawSpan } from "#processor/model/telemetry.js";
import { rawSpan, traceOf } from "../support/raw-spans.js";

const options = { prices: loadPrices(), contentLimit: 40, arrivedAt: 0, cutShort: false };

function call(spanId: string, input: unknown, changes: Partial<RawSpan> = {}): RawSpan {
  const attributes = {
    "gen_ai.operation.name": "chat",
    "gen_ai.input.messages": JSON.stringify([{ role: "user", parts: input }]),
    "gen_ai.output.messages": JSON.stringify([
      {
        role: "assistant",
        parts: [
          { type: "reasoning", content: "They greet me." },
          { type: "text", content: "Hello." },
        ],
      },
    ]),
  };
  return { ...rawSpan({ spanId, parentSpanId: "root", attributes }), ...changes };
}

function interactionOf(...calls: readonly RawSpan[]): Interaction | undefined {
  const root = rawSpan({ spanId: "root", kind: "Server", duration: 100 });
  return assembleTrace(traceOf(root, ...calls), options).trace.interactions[0];
}

describe("the content of an interaction", () => {
  it("is cut in the middle beyond the limit, and says how much is gone", () => {
    const content = `${"a".repeat(50)}${"z".repeat(50)}`;
    expect(interactionOf(call("a", [{ type: "text", content }]))?.input_text).toBe(
      `${"a".repeat(20)}\n[... 60 characters removed by Calibrant ...]\n${"z".repeat(20)}`,
    );
  });

  it.each([
    [
      { type: "blob", modality: "image", mime_type: "image/png", content: "c2VjcmV0" },
      "[image image/png, 8 characters]",
    ],
    [{ type: "image_url", image_url: { url: "data:image/png;base64,c2VjcmV0" } }, "[image_url]"],
    [
      { type: "image", source: { type: "base64", media_type: "image/jpeg", data: "c2VjcmV0" } },
      "[image image/jpeg, 8 characters]",
    ],
    [
      { inlineData: { mimeType: "audio/wav", data: "c2VjcmV0" } },
      "[content audio/wav, 8 characters]",
    ],
    [{ type: "file", file_id: "report.pdf" }, "[file report.pdf]"],
  ])("describes %j instead of holding it", (part, description) => {
    const found = interactionOf(call("a", [{ type: "text", content: "Look:" }, part]));
    expect(found?.input_text).toBe(`Look:\n${description}`);
    expect(JSON.stringify(found)).not.toContain("c2VjcmV0");
  });

  it("has reasoning apart from the answer", () => {
    expect(interactionOf(call("a", "Hi"))?.output_text).toBe("Hello.");
  });

  it("is that of the attempt that succeeded; the failed one is counted as a call", () => {
    const refused = call("a", "Hi", { statusCode: "Error" });
    const attributes = new Map(refused.attributes).set("error.type", "503");
    attributes.delete("gen_ai.output.messages");
    const answered = call("b", "Hi", { start: 5_000_000n });
    expect(interactionOf({ ...refused, attributes }, answered)).toMatchObject({
      status: "ok",
      error_type: "",
      input_text: "Hi",
      output_text: "Hello.",
      model_calls: 2,
    });
  });
});
