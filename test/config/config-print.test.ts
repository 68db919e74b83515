import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startCommand } from "../support/run-command.js";
import { temporaryFolder } from "../support/temporary-folder.js";

describe("calibrant config print", () => {
  it("leaves out the login and the query of every address", async () => {
    const file = join(await temporaryFolder(), "calibrant.yaml");
    await writeFile(
      file,
      `exporters:
  clickhouse: { url: "http://u:chpass@store.example:8123" }
  otlphttp: { endpoint: "https://me:otlppass@otlp.example/v1?api_key=querykey" }
processors:
  evaluate:
    models:
      default: { base_url: "http://modellogin@model.example/v1?code=modelkey" }
      plain: { base_url: "https://plain.example/v1" }
`,
    );
    for (const form of [[], ["--json"]]) {
      const { code, output } = await startCommand("config", "print", file, ...form).ended;
      expect(code).toBe(0);
      for (const shown of [
        "http://[redacted]@store.example:8123/",
        "https://[redacted]@otlp.example/v1?[redacted]",
        "http://[redacted]@model.example/v1?[redacted]",
        "https://plain.example/v1",
      ]) {
        expect(output).toContain(shown);
      }
      expect(output).not.toMatch(/chpass|otlppass|querykey|modellogin|modelkey/);
    }
  });
});
