import { context, propagation, trace } from "@opentelemetry/api";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { afterEach, describe, expect, it } from "vitest";
import {
  currentInteraction,
  InteractionSpanProcessor,
  withInteraction,
} from "#instrumentation/index.js";

afterEach(() => {
  trace.disable();
  context.disable();
  propagation.disable();
});

const fault = (): never => {
  throw new Error("a fault of telemetry");
};

describe("withInteraction without the SDK", () => {
  it("does nothing but run the turn", async () => {
    expect(withInteraction({ userId: "u" }, () => [currentInteraction(), 1])).toEqual([
      undefined,
      1,
    ]);
    await expect(withInteraction({}, async () => fault())).rejects.toThrow("a fault of telemetry");
    const generator = (function* () {
      yield 1;
    })();
    expect([...withInteraction({}, () => generator)]).toEqual([1]);
  });
});

describe("withInteraction with an SDK that fails", () => {
  it.each<[string, ConstructorParameters<typeof NodeSDK>[0]]>([
    ["in its sampler", { sampler: { shouldSample: fault } }],
    [
      "in a processor",
      { spanProcessors: [new InteractionSpanProcessor(), { ...processor(), onStart: fault }] },
    ],
    ["at the end of a span", { spanProcessors: [{ ...processor(), onEnd: fault }] }],
    ["in its context", { contextManager: brokenContext(), spanProcessors: [processor()] }],
  ])("%s: the turn runs once", async (_name, configuration) => {
    const sdk = new NodeSDK({
      spanProcessors: [processor()],
      autoDetectResources: false,
      metricReaders: [],
      logRecordProcessors: [],
      ...configuration,
    });
    sdk.start();
    let runs = 0;
    expect(withInteraction({ userId: "u" }, () => ++runs)).toBe(1);
    await expect(withInteraction({}, async () => ++runs)).resolves.toBe(2);
    expect(() => withInteraction({}, () => void (runs++, fault()))).toThrow("a fault of telemetry");
    expect(runs).toBe(3);
    await sdk.shutdown();
  });

  it("takes options that throw", () => {
    const options = Object.defineProperty({}, "userId", { get: fault });
    expect(withInteraction(options, () => 1)).toBe(1);
  });
});

function processor() {
  return {
    onStart: () => {},
    onEnd: () => {},
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
}

function brokenContext() {
  return {
    active: fault,
    with: fault,
    bind: fault,
    enable: () => brokenContext(),
    disable: () => brokenContext(),
  };
}
