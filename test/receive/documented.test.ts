import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { configJsonSchema, parseConfig } from "#processor/config.js";

const text = readFileSync(
  fileURLToPath(new URL("../../docs/receiver.md", import.meta.url)),
  "utf8",
);

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly anyOf?: readonly Schema[];
}

/** The schema of a section, below the `null` that stands for its defaults. */
function sectionOf(path: string): Schema {
  let schema = configJsonSchema() as Schema;
  for (const name of path.split(".")) {
    const object = schema.properties === undefined ? schema.anyOf?.[0] : schema;
    schema = object?.properties?.[name] ?? {};
  }
  return schema.properties === undefined ? (schema.anyOf?.[0] ?? {}) : schema;
}

/** The first two columns of the table whose head names the section. */
function tableOf(path: string): ReadonlyMap<string, string> {
  const [, rows = ""] = text.split(
    new RegExp(`^\\| setting under [^|]*\`${path}\`.*\\n.*\\n`, "m"),
  );
  const [table = ""] = rows.split(/^(?!\|)/m);
  const cells = [...table.matchAll(/^\| `(\w+)` \| ([^|]*) \|/gm)];
  return new Map(cells.map(([, name = "", value = ""]) => [name, value]));
}

const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
};

function numberOf(cell: string): number {
  const [, digits = "", unit = ""] = /^([\d.,]+) ?(\w*)/.exec(cell) ?? [];
  return Number(digits.replaceAll(",", "")) * (units[unit] ?? 1);
}

const sections = [
  "receivers.otlp.protocols.http",
  "receivers.otlp.protocols.grpc",
  "receivers.otlp.limits",
  "extensions.spool",
];

describe("docs/receiver.md", () => {
  it.each([
    ...sections,
    "receivers.otlp.protocols.http.tls",
    "receivers.otlp.protocols.grpc.tls",
    "extensions.web.tls",
  ])("lists the settings of %s", (path) => {
    const names = Object.keys(sectionOf(path).properties ?? {});
    expect(names.length).toBeGreaterThan(2);
    expect([...tableOf(path).keys()].toSorted()).toEqual(names.toSorted());
  });

  it.each(sections)("gives the defaults of %s", (path) => {
    let values: unknown = parseConfig("", {});
    for (const name of path.split(".")) values = (values as Record<string, unknown>)[name];
    const numbers = Object.entries(values as Record<string, unknown>).filter(
      ([, value]) => typeof value === "number",
    );
    const told = numbers.map(([name]) => [name, numberOf(tableOf(path).get(name) ?? "")]);
    expect(told).toEqual(numbers);
    expect(numbers.length).toBeGreaterThan(5);
  });

  it("names the policy for metrics and the settings of keys", () => {
    expect(Object.keys(sectionOf("receivers.otlp").properties ?? {})).toContain("metrics");
    expect(text).toContain("`receivers.otlp.metrics: refuse`");
    expect(text).toContain('{ name: shop, hash: "sha256:…", scopes: [ingest] }');
  });
});
