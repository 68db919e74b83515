import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { forwardConfig } from "#processor/forward/forward-config.js";
import { verdictAttributes } from "#processor/forward/otlp/verdict-attributes.js";
import type { LedgerEntry } from "#processor/model/ports.js";
import { failedLine, storedEvaluation } from "../support/stored-evaluation.js";

const page = readFileSync(new URL("../../docs/forwarding.md", import.meta.url), "utf8");

/** The first cells of a section's table. */
function firstCells(section: string): string[] {
  const [, text = ""] = page.split(`\n## ${section}\n`);
  const [own = ""] = text.split("\n## ");
  return [...own.matchAll(/^\| (`.+?) \|/gm)].flatMap(([, cell = ""]) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name),
  );
}

describe("docs/forwarding.md", () => {
  it("lists every setting", () => {
    const schema = z.toJSONSchema(forwardConfig, { io: "input", unrepresentable: "any" });
    const { properties } = schema.additionalProperties as { properties: object };
    expect(firstCells("Settings")).toEqual(
      Object.keys(properties)
        .filter((name) => name !== "logs_endpoint" && name !== "traces_endpoint")
        .toSpliced(1, 0, "logs_endpoint", "traces_endpoint"),
    );
  });

  it("lists every attribute, with its type", () => {
    const line = {
      ...storedEvaluation(1, { ...failedLine, explanation: "why", label: "bad" }),
      score: 0,
      confidence: 0,
      id: "00f067aa0ba902b7",
      response_id: "r",
    } as unknown as LedgerEntry;
    const sent = Object.entries(verdictAttributes(line, true)).map(([name, value]) => {
      if (typeof value === "string") return `${name} string`;
      if (typeof value === "boolean") return `${name} boolean`;
      return `${name} ${value !== undefined && "double" in value ? "double" : "int"}`;
    });
    const told = [...page.matchAll(/^\| `([\w.]+\.[\w.]+)` \| (string|double|boolean|int) \|/gm)];
    expect(told.map(([, name, type]) => `${name} ${type}`)).toEqual([
      ...sent,
      "calibrant.judge boolean",
    ]);
  });

  it("has examples that are configurations without a fault", async () => {
    const { parseConfig } = await import("#processor/config.js");
    const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = ""]) => text);
    expect(examples).toHaveLength(2);
    const [first] = examples.map((text) => parseConfig(text, { TRACING_KEY: "k" }));
    expect(first?.exporters["otlphttp/tracing"]?.headers).toEqual({ authorization: "Bearer k" });
  });
});
