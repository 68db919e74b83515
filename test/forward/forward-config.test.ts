import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseConfig } from "#processor/config.js";
import { createEndpoint } from "#processor/forward/otlp/endpoint.js";
import { forwardConfig, forwardEndpoints } from "#processor/forward/forward-config.js";
import { startCommand } from "../support/run-command.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const parse = (exporters: object) => parseConfig(JSON.stringify({ exporters }), {});

describe("endpoints in the configuration", () => {
  it("are named as in the Collector, beside the store", () => {
    const endpoint = "http://127.0.0.1:4318";
    const { exporters } = parse({
      clickhouse: { raw_days: 7 },
      otlphttp: { endpoint },
      "otlphttp/two": { endpoint, since: "2026-01-31T00:00:00+01:00", timeout: "3s" },
    });
    expect(exporters.clickhouse.raw_days).toBe(7);
    expect(forwardEndpoints(exporters)).toMatchObject({
      otlphttp: { compression: "gzip", signals: ["logs", "traces"], outcomes: ["scored"] },
      "otlphttp/two": { since: Date.UTC(2026, 0, 30, 23), timeout: 3_000 },
    });
    expect(forwardEndpoints(parse({}).exporters)).toEqual({});
  });

  it("have all their faults told at once, with their paths", () => {
    const faulty = {
      clickhose: {},
      "otlp/grpc": { endpoint: "http://127.0.0.1:4317" },
      otlphttp: { endpoint: "127.0.0.1:4318", signal: [] },
      "otlphttp/two": {
        endpoint: "https://example.com",
        signals: ["metrics"],
        headers: { "x-key": "two\nlines" },
        since: "yesterday",
      },
    };
    let message = "";
    try {
      parse(faulty);
    } catch (error) {
      message = String(error);
    }
    for (const path of [
      "exporters.clickhose ",
      "exporters.otlp/grpc ",
      "exporters.otlphttp.endpoint ",
      "exporters.otlphttp.signal ",
      "exporters.otlphttp/two.signals[0] ",
      "exporters.otlphttp/two.headers.x-key ",
      "exporters.otlphttp/two.since ",
    ]) {
      expect(message).toContain(`\n${path}`);
    }
  });

  it("are printed without what their headers say", async () => {
    const file = join(await temporaryFolder(), "calibrant.yaml");
    const headers = 'headers: { authorization: "Bearer k-123" }';
    await writeFile(file, `exporters: { otlphttp: { endpoint: "http://a.example", ${headers} } }`);
    const { code, output } = await startCommand("config", "print", file).ended;
    expect(code).toBe(0);
    expect(output).toContain("endpoint: http://a.example");
    expect(output).not.toContain("k-123");
  });

  it("that name an authority which cannot be read are refused at the start", () => {
    const config = forwardConfig.parse({
      otlphttp: { endpoint: "https://127.0.0.1:1", tls: { ca_file: "/nowhere/ca.pem" } },
    }).otlphttp;
    if (config === undefined) throw new Error("there is no endpoint");
    expect(() => createEndpoint(config, "logs", "exporters.otlphttp")).toThrow(
      /^exporters\.otlphttp\.tls\.ca_file: cannot read \/nowhere\/ca\.pem/,
    );
  });
});
