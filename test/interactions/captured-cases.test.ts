import { describe, expect, it } from "vitest";
import { assembleTrace } from "#processor/interactions/interactions.js";
import { loadPrices } from "#processor/interactions/prices/prices.js";
import type { TraceRows } from "#processor/model/ports.js";
import { decodeRequests, tracesOf } from "../support/decoded-traces.js";
import { expectRows, interactionCases } from "../support/interaction-cases.js";

const options = { prices: loadPrices(), contentLimit: 65_536, arrivedAt: 0, cutShort: false };

function assembleAll(traces: readonly TraceRows[]): ReturnType<typeof assembleTrace>[] {
  return traces.map((trace) => assembleTrace(trace, options));
}

describe("captured requests become interactions", () => {
  const cases = interactionCases();

  it("finds the cases", () => {
    expect(cases.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        "anthropic-native-content",
        "openinference-openai",
        "otel-openai-json",
        "otel-openai-proto",
      ]),
    );
    expect(cases.every(({ requests }) => requests.length > 0)).toBe(true);
  });

  it.each(cases)("$name", ({ requests, interactions }) => {
    const assemblies = assembleAll(tracesOf(decodeRequests(requests)));
    expectRows(
      interactions,
      assemblies.flatMap(({ trace }) => trace.interactions),
      assemblies.flatMap(({ trace }) => trace.modelCalls),
    );
    expect(assemblies.flatMap(({ notes }) => notes)).toEqual([]);
  });

  it.each(cases)("$name: the same in any order and with every row twice", ({ requests }) => {
    const traces = tracesOf(decodeRequests(requests));
    const mixed = traces.map((trace) => ({
      ...trace,
      spans: [...trace.spans.toReversed(), ...trace.spans],
      logs: [...trace.logs, ...trace.logs],
    }));
    expect(assembleAll(mixed)).toEqual(assembleAll(traces));
  });
});
