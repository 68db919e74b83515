import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Evaluator } from "#processor/evaluate/evaluator.js";
import { assembleTrace } from "#processor/interactions/interactions.js";
import { loadPrices } from "#processor/interactions/prices/prices.js";
import { checked, configuredCheck } from "../../support/checked.js";
import { decodeRequests, tracesOf } from "../../support/decoded-traces.js";
import { interactionCases } from "../../support/interaction-cases.js";

let evaluator: Evaluator;
beforeAll(async () => {
  evaluator = await configuredCheck("tool-call-validity");
});

const used = (name: string, args: string, duration_ms = 0) =>
  ({ name, arguments: args, result: "", status: "ok", error_type: "", duration_ms }) as const;

const findOrder = {
  name: "find_order",
  parameters: {
    $schema: "http://json-schema.org/draft-07/schema#",
    type: "object",
    properties: {
      id: { type: "string" },
      unit: { $ref: "#/$defs/Unit" },
      pattern: { type: "string", pattern: "^(a+)+$" },
    },
    required: ["id"],
    additionalProperties: false,
    $defs: { Unit: { enum: ["days", "hours"] } },
  },
};
const definitions = JSON.stringify([findOrder, { name: "ping" }]);

const judge = (
  uses: readonly (readonly [name: string, args: string])[],
  tool_definitions = definitions,
) =>
  checked(evaluator, { tool_uses: uses.map(([name, args]) => used(name, args)), tool_definitions });

const oneTool = (parameters: object) => [{ name: "tool", parameters }];

describe("tool-call-validity", () => {
  it.each([
    ["find_order", '{"id":"4711"}'],
    ["find_order", '{"id":"4711","unit":"days","pattern":"no match"}'],
    ["ping", '{"anything":1}'],
    ["support_agent.find_order", '{"id":"4711"}'],
    ["findOrder", '{"id":"4711"}'],
    ["find_order", ""],
    ["find_order", "4711"],
    ["find_order", "{'id': 4711}"],
    ["find_order", `{"id":"${"4".repeat(10_000)}…`],
  ])("finds nothing wrong with %s(%.60s)", async (name, args) => {
    expect(await judge([[name, args]])).toEqual({ score: 1, label: "valid", explanation: "" });
  });

  it.each([
    ["delete_order", "{}", "unknown tool", '"delete_order" is none of the tools on offer.'],
    ["find_order", '{"id":', "not JSON", '"find_order": the arguments are not JSON.'],
    ["find_order", "{}", "wrong arguments", `"find_order": must have required property 'id'.`],
    ["find_order", '{"id":4711}', "wrong arguments", '"find_order": /id: must be string.'],
    [
      "find_order",
      '{"id":"1","unit":"weeks"}',
      "wrong arguments",
      '"find_order": /unit: must be equal to one of the allowed values.',
    ],
    [
      "find_order",
      '{"id":"1","ID":"2"}',
      "wrong arguments",
      '"find_order": must NOT have additional properties ("ID").',
    ],
  ])("finds %s(%s) to be wrong: %s", async (name, args, label, explanation) => {
    expect(await judge([[name, args]])).toEqual({ score: 0, label, explanation });
  });

  it("takes a function that ran for a tool of another name", async () => {
    const tool_uses = [used("lookUpById", "{}", 12)];
    expect(await checked(evaluator, { tool_uses, tool_definitions: definitions })).toMatchObject({
      score: 1,
    });
  });

  it("scores the share that is right and names the first that is not", async () => {
    expect(
      await judge([
        ["find_order", '{"id":"1"}'],
        ["find_order", "{}"],
        ["ping", "{}"],
        ["gone", "{}"],
      ]),
    ).toEqual({
      score: 0.5,
      label: "wrong arguments",
      explanation: `"find_order": must have required property 'id'. (and 1 more)`,
    });
  });

  it("takes a call that fits one of several tools of a name", async () => {
    const both = JSON.stringify([
      findOrder,
      { name: "find_order", parameters: { required: ["number"] } },
    ]);
    expect(await judge([["find_order", '{"number":1}']], both)).toMatchObject({ score: 1 });
    expect(await judge([["find_order", "{}"]], both)).toMatchObject({ score: 0 });
  });

  it("holds nothing against schemas that it cannot run safely", async () => {
    const schemas = [
      { type: "objekt" },
      {
        $ref: "#/$defs/node",
        $defs: { node: { anyOf: [{ properties: { a: { $ref: "#/$defs/node" } } }] } },
      },
      { $ref: "https://elsewhere.example/schema" },
      { $ref: "#/$defs/gone" },
      { patternProperties: { "^x": { type: "number" } }, additionalProperties: false },
    ];
    for (const parameters of schemas) {
      const found = await judge(
        [["tool", '{"x":"y"}']],
        JSON.stringify([{ name: "tool", parameters }]),
      );
      expect(found).toMatchObject({ score: 1 });
    }
  });

  it("skips an interaction whose tools have too much to compile or to run, all together", async () => {
    const leaf = { type: "string" };
    const nested = (depth: number): object =>
      depth === 0 ? leaf : { additionalProperties: nested(depth - 1) };
    // Each refers twice to the next: 64 characters that stand for a thousand schemas.
    const doubling = Object.fromEntries(
      Array.from({ length: 10 }, (_, level) => {
        const next = { $ref: `#/$defs/${level + 1}` };
        return [level, level === 9 ? leaf : { anyOf: [next, next] }];
      }),
    );
    const bomb = { name: "bomb", parameters: { $defs: doubling, $ref: "#/$defs/0" } };
    const many = Array.from({ length: 60 }, (_, index) => ({ name: `${index} tool` }));
    const values = JSON.stringify({ a: Array.from({ length: 4_000 }, () => 0) });
    const skipped = { skipped: "the schemas of the tools are too large" };
    for (const [tools, args] of [
      [[{ ...bomb, name: "tool" }], "{}"],
      [oneTool({ allOf: Array.from({ length: 600 }, () => ({ required: ["a"] })) }), "{}"],
      [oneTool({ enum: Array.from({ length: 600 }, (_, index) => index) }), "{}"],
      [oneTool({ required: ["a", nested(50)] }), "{}"],
      [oneTool(nested(50)), "{}"],
      [oneTool({ $defs: { a: leaf }, $ref: `#/$defs/${"a".repeat(1_000)}` }), "{}"],
      [many, "{}"],
      [oneTool({ properties: { a: { enum: Array.from({ length: 20 }, String) } } }), values],
    ] as const) {
      expect(await judge([["tool", args]], JSON.stringify(tools))).toEqual(skipped);
    }
    const uses = Array.from({ length: 50 }, () => ["other", "{}"] as const);
    const short = Array.from({ length: 4_000 }, () => ({ name: "a" }));
    expect(await judge(uses, JSON.stringify(short))).toEqual(skipped);
    // What nobody used does not count.
    const unused = Array.from({ length: 60 }, (_, index) => ({ ...bomb, name: `bomb ${index}` }));
    expect(await judge([["ping", "{}"]], JSON.stringify([...unused, { name: "ping" }]))).toEqual({
      score: 1,
      label: "valid",
      explanation: "",
    });
  });

  it("goes on with schemas that come and go", async () => {
    for (let index = 0; index < 250; index++) {
      const parameters = { required: [`name ${index}`] };
      const found = await judge([["tool", "{}"]], JSON.stringify([{ name: "tool", parameters }]));
      expect(found).toMatchObject({ score: 0, explanation: expect.stringContaining(`${index}`) });
    }
  });

  it.each([
    ["no tool was used", [], definitions],
    ["no tool definitions", [["find_order", "{}"]], ""],
    ["no tool definitions", [["find_order", "{}"]], "[{}, null, 7]"],
    ["no tool definitions", [["find_order", "{}"]], "no JSON"],
    ["the tool definitions are too long", [["find_order", "{}"]], "cut: 70000 characters"],
  ] as const)("says %j", async (skipped, uses, text) => {
    expect(await judge(uses, text)).toEqual({ skipped });
  });

  it("answers for any definitions and arguments", async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), fc.jsonValue(), async (args, parameters) => {
        const text = JSON.stringify([{ name: "tool", parameters }]);
        const { score } = await judge([["tool", args]], text);
        expect(score === 0 || score === 1).toBe(true);
      }),
    );
  });

  it("finds what is wrong in what real libraries sent, and nothing else", async () => {
    const options = { prices: loadPrices(), contentLimit: 65_536, arrivedAt: 0, cutShort: false };
    const found = interactionCases().flatMap(({ name, requests }) =>
      tracesOf(decodeRequests(requests)).flatMap((trace) => {
        const { interactions, modelCalls } = assembleTrace(trace, options).trace;
        return interactions.map(({ interaction_id, tool_definitions }) => {
          const tools = modelCalls.filter(
            (call) => call.kind === "tool" && call.interaction_id === interaction_id,
          );
          const tool_uses = tools.map((call) => used(call.name, call.input_text, call.duration_ms));
          return { name, tool_definitions, tool_uses };
        });
      }),
    );
    const judged = await Promise.all(
      found.map(async ({ name, ...changes }) => ({ name, ...(await checked(evaluator, changes)) })),
    );
    const scored = judged.filter(({ score }) => score !== undefined);
    expect(scored.length).toBeGreaterThan(40);
    expect(scored.filter(({ score }) => score !== 1)).toEqual([
      {
        name: "openinference-openai",
        score: 0,
        label: "wrong arguments",
        // The scripted model did give a unit to a tool that takes none.
        explanation: '"get_weather": must NOT have additional properties ("unit").',
      },
    ]);
  });
});
