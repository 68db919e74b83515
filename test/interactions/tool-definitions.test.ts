import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assembleTrace } from "#processor/interactions/interactions.js";
import { loadPrices } from "#processor/interactions/prices/prices.js";
import { toolsOfText } from "#processor/interactions/dialects/tool-definitions.js";
import { rawSpan, traceOf } from "../support/raw-spans.js";

const parameters = { type: "object", properties: { id: { type: "string" } } };
const capitals = { type: "OBJECT", properties: { id: { type: "STRING" } } };
const tool = { name: "find", description: "Finds", parameters };

function columnOf(tools: unknown, contentLimit: number): string | undefined {
  const attributes = {
    "gen_ai.operation.name": "chat",
    "gen_ai.request.model": "m",
    "gen_ai.tool.definitions": JSON.stringify(tools),
  };
  return assembleTrace(traceOf(rawSpan({ spanId: "a", attributes })), {
    prices: loadPrices(),
    contentLimit,
    arrivedAt: 0,
    cutShort: false,
  }).trace.interactions[0]?.tool_definitions;
}

describe("tool definitions", () => {
  it.each([
    ["OpenAI's Chat Completions", [{ type: "function", function: tool }]],
    ["OpenAI's Responses", [{ type: "function", ...tool }]],
    ["Anthropic", [{ name: "find", description: "Finds", input_schema: parameters }]],
    ["Gemini", [{ functionDeclarations: [{ ...tool, parameters: capitals }] }]],
    [
      "Bedrock",
      [{ toolSpec: { ...tool, parameters: undefined, inputSchema: { json: parameters } } }],
    ],
    ["JSON texts in a list", [JSON.stringify({ ...tool, type: "function" })]],
  ])("of %s have one form", (_source, definitions) => {
    expect(toolsOfText(JSON.stringify(definitions))).toEqual([tool]);
  });

  it("may be names alone, or tools of the provider", () => {
    expect(toolsOfText('["find",{"type":"web_search"},{"description":"nothing"},7,null]')).toEqual([
      { name: "find" },
      { name: "web_search" },
    ]);
  });

  it("come out of any text without an error", () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        for (const { name } of toolsOfText(text)) expect(name).not.toBe("");
        expect(Array.isArray(toolsOfText(`[${text}]`))).toBe(true);
      }),
    );
  });

  it("lose their descriptions first when they are too long, then say that they are cut", () => {
    const long = { ...tool, description: "long ".repeat(100) };
    expect(columnOf([long, long, "find"], 10_000)).toBe(JSON.stringify([long]));
    expect(columnOf([long], 200)).toBe(JSON.stringify([{ name: "find", parameters }]));
    expect(columnOf([long], 50)).toMatch(/^cut: \d+ characters$/);
  });
});
