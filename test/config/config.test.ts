import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { configJsonSchema, loadConfig, parseConfig } from "#processor/config.js";
import { CalibrantError } from "#processor/kernel/errors.js";

function faultsOf(text: string, environment = {}): string {
  try {
    parseConfig(text, environment);
  } catch (error) {
    if (error instanceof CalibrantError && error.code === "CONFIG_INVALID") return error.message;
    throw error;
  }
  throw new Error("no fault was found");
}

function clickhouse(environment: Record<string, string>): unknown {
  const text = "exporters:\n  clickhouse:\n    url: ${env:URL:-}\n    password: ${env:SECRET:-}\n";
  return parseConfig(text, environment).exporters.clickhouse;
}

const replicas = (index: string, more = "exporters: { clickhouse: { url: 'http://s:8123' } }") =>
  `service: { replicas: { count: 3, index: ${index} } }\n${more}`;
const indexIn = (text: string, environment = {}) =>
  parseConfig(text, environment).service.replicas.index;

const evaluate = (settings: string) => faultsOf(`processors: { evaluate: { ${settings} } }`);

describe("names in the configuration", () => {
  const allowed =
    "names begin with a letter from a to z; up to 63 of a to z, 0 to 9, - and _ follow";

  it.each([
    ["evaluators", "evaluators: { __proto__: { bogus: 1 } }"],
    ["models", "models: { __proto__: { foo: 1 } }"],
  ])("are not __proto__, which schemas pass over: %s", (where, settings) => {
    expect(evaluate(settings)).toContain(
      `processors.evaluate.${where}.__proto__ (line 1): is not a name that is allowed`,
    );
  });

  it("that every object has are no models", () => {
    expect(evaluate("evaluators: { relevance: { model: constructor } }")).toContain(
      'there is no model "constructor" under models',
    );
  });

  it.each(["toString", "a, b", "a\\nb"])("say what is allowed instead of %j", (name) => {
    const shown = name.replace("\\n", " ");
    const faults = evaluate(`evaluators: { "${name}": { sample: 0.5 } }`);
    expect(faults).toContain(`one fault:\nprocessors.evaluate.evaluators.${shown}`);
    expect(faults).toContain(`is not a name that is allowed: ${allowed}`);
  });

  it("may lead back to themselves by an alias", () => {
    expect(faultsOf("processors: &a { evaluate: *a }")).toContain("processors");
  });
});

describe("the configuration", () => {
  it("has good defaults: no file, an empty file and an empty section are valid", () => {
    const defaults = parseConfig("", {});
    expect(defaults.receivers.otlp.protocols.http.endpoint).toEqual({
      host: "127.0.0.1",
      port: 4318,
    });
    expect(defaults.extensions.web.endpoint).toEqual({ host: "127.0.0.1", port: 8080 });
    expect(defaults.extensions.embedded_store.endpoint).toEqual({ host: "127.0.0.1", port: 8123 });
    expect(defaults.exporters.clickhouse.url).toBe("");
    expect(parseConfig("service: {}\n", {})).toEqual(defaults);
    expect(loadConfig(undefined, {})).toEqual(defaults);
  });

  it("takes a protocol without settings for its defaults, as the Collector does", () => {
    const named = "receivers:\n  otlp:\n    protocols:\n      grpc:\n      http:\n";
    expect(parseConfig(named, {})).toEqual(parseConfig("", {}));
    const off = "receivers: { otlp: { protocols: { grpc: { endpoint: null } } } }";
    expect(parseConfig(off, {}).receivers.otlp.protocols.grpc.endpoint).toBeNull();
  });

  it("reports every fault at once, with its path and line", () => {
    const message = faultsOf(
      [
        "receivers:",
        "  otlp:",
        "    protocols: { http: { endpoint: localhost } }",
        "exporters:",
        "  clickhouse: { raw_days: many }",
        "servce: {}",
      ].join("\n"),
    );
    expect(message).toMatch(/3 faults/);
    expect(message).toMatch(
      /^receivers\.otlp\.protocols\.http\.endpoint \(line 3\): expected host:port/m,
    );
    expect(message).toMatch(/^exporters\.clickhouse\.raw_days \(line 5\): /m);
    expect(message).toMatch(/^servce \(line 6\): is not a setting that is known here/m);
  });

  it("says where YAML itself is broken", () => {
    expect(faultsOf("service: [\n")).toMatch(/line 2/);
    expect(faultsOf("- a\n- b\n")).toMatch(/expected object/);
  });

  it("names evaluators that point at no rubric and at no model", () => {
    const message = faultsOf(
      [
        "processors:",
        "  evaluate:",
        "    evaluators:",
        "      tone: { rubric: politness }",
        "      relevance: { model: judge }",
      ].join("\n"),
    );
    expect(message).toMatch(
      /^processors\.evaluate\.evaluators\.tone\.rubric \(line 4\): there is no rubric "politness"; known are completeness, .*relevance/m,
    );
    expect(message).toMatch(
      /^processors\.evaluate\.evaluators\.relevance\.model \(line 5\): there is no model "judge"/m,
    );
  });

  it("names the file that it cannot read", () => {
    expect(() => loadConfig("no-such-file.yaml", {})).toThrow(/no-such-file\.yaml/);
  });

  it("resolves references to the environment with types, defaults and escapes", () => {
    const text = [
      "service: { data_dir: '${env:PLACE}/data$$' }",
      "exporters:",
      "  clickhouse:",
      "    raw_days: ${env:DAYS}",
      "    password: ${env:SECRET:-none}",
    ].join("\n");
    const config = parseConfig(text, { PLACE: "there", DAYS: "7" });
    expect(config.service.data_dir).toBe("there/data$");
    expect(config.exporters.clickhouse.raw_days).toBe(7);
    expect(config.exporters.clickhouse.password).toBe("none");
  });

  it("takes what stands in the environment for text where a setting is text", () => {
    expect(clickhouse({})).toMatchObject({ url: "", password: "" });
    for (const password of ["12345", "007", "true", "null", "1e3", "~"]) {
      expect(clickhouse({ SECRET: password })).toMatchObject({ password });
    }
  });

  it("accepts the configuration to start from, with and without its variables", () => {
    const text = readFileSync(new URL("../../deploy/calibrant.yaml", import.meta.url), "utf8");
    const { data_dir } = parseConfig(text, {}).service;
    expect(data_dir).toBe(".calibrant");
    const { exporters, processors } = parseConfig(text, {
      CLICKHOUSE_URL: "http://127.0.0.1:8124",
      CALIBRANT_DAILY_BUDGET_USD: "2.5",
    });
    expect(exporters.clickhouse.url).toBe("http://127.0.0.1:8124");
    expect(processors.evaluate.budget.daily_usd).toBe(2.5);
  });

  it("names a variable that is not set and a reference of another form", () => {
    const message = faultsOf("service: { data_dir: '${env:NOWHERE}${OLD}' }");
    expect(message).toMatch(/service\.data_dir.*NOWHERE is not set/);
    expect(message).toMatch(/service\.data_dir.*\$\{OLD\} is not a reference/);
  });

  it("makes the default judge model of the OpenAI variables, unless the file names one", () => {
    const fromEnvironment = parseConfig("", {
      OPENAI_API_KEY: "k",
      OPENAI_BASE_URL: "http://127.0.0.1:9/v1",
    });
    expect(fromEnvironment.processors.evaluate.models["default"]).toMatchObject({
      api_key: "k",
      base_url: "http://127.0.0.1:9/v1",
    });
    const named = parseConfig(
      "processors: { evaluate: { models: { default: { base_url: 'http://127.0.0.1:8/v1' } } } }",
      { OPENAI_API_KEY: "k" },
    );
    expect(named.processors.evaluate.models["default"]?.base_url).toBe("http://127.0.0.1:8/v1");
    expect(parseConfig("", {}).processors.evaluate.models).toEqual({});
  });

  it("takes a replica's index as a number or as the name of a pod, and names what does not fit", () => {
    expect(indexIn("")).toBe(0);
    expect(indexIn(replicas("1"))).toBe(1);
    expect(indexIn(replicas("'${env:INDEX}'"), { INDEX: "2" })).toBe(2);
    expect(indexIn(replicas("'${env:HOSTNAME}'"), { HOSTNAME: "calibrant-2" })).toBe(2);
    expect(faultsOf(replicas("calibrant"))).toMatch(/service\.replicas\.index .*calibrant-0/);
    expect(faultsOf(replicas("calibrant-3"))).toMatch(
      /service\.replicas\.index \(line 1\): must be below service\.replicas\.count, which is 3/,
    );
    expect(faultsOf(replicas("calibrant-1", ""))).toMatch(
      /service\.replicas\.count \(line 1\): more than one needs exporters\.clickhouse\.url/,
    );
  });

  it("gives editors a JSON Schema with the sections and their descriptions", () => {
    const schema = configJsonSchema() as { properties: Record<string, { description?: string }> };
    expect(Object.keys(schema.properties)).toEqual([
      "receivers",
      "processors",
      "exporters",
      "extensions",
      "service",
    ]);
    expect(JSON.stringify(schema)).toContain("data_dir");
  });
});
