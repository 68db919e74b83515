import { beforeAll, describe, expect, it } from "vitest";
import { expectedOf } from "../support/client-expectations.js";
import { buildClients, factsIn, runClients, type ClientRun } from "../support/client-runs.js";

/**
 * Real clients over HTTP, each scenario without and with the instrumentation, as a module and as
 * CommonJS. Other versions of Node: `clients.soak.test.ts`.
 */
let plain: ClientRun;
let imported: ClientRun;
let required: ClientRun;

beforeAll(async () => {
  await buildClients();
  [plain, imported, required] = await Promise.all([
    runClients("plain"),
    runClients("--import"),
    runClients("--require"),
  ]);
}, 120_000);

describe("what applications see", () => {
  it("is something in every scenario", () => {
    const thrown = Object.entries(plain.results).filter(([, result]) =>
      JSON.stringify(result ?? {}).includes('"thrown"'),
    );
    expect(thrown).toEqual([]);
    expect(Object.keys(plain.results).length).toBeGreaterThan(100);
  });

  it("is the same with --import", () => {
    expect(imported.results).toEqual(plain.results);
  });

  it("is the same with --require", () => {
    expect(required.results).toEqual(plain.results);
  });
});

describe.each([
  ["--import", () => imported],
  ["--require", () => required],
] as const)("the spans with %s", (_flag, run) => {
  it("are those of the calls, with model, provider, tokens, content and outcome", () => {
    const scenarios = Object.keys(plain.results);
    const recorded = scenarios.map((name) => [name, factsIn(run(), name)] as const);
    const expected = scenarios.map((name) => [name, expectedOf(name)] as const);
    expect(Object.fromEntries(recorded)).toEqual(Object.fromEntries(expected));
  });
});
