import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { startLoad } from "../support/load-generator.js";
import { openTestHouse } from "../support/test-house.js";
import { until } from "../support/until.js";

const source = fileURLToPath(new URL("../../processor/src/", import.meta.url));
const page = readFileSync(new URL("../../docs/metrics.md", import.meta.url), "utf8");

interface Metric {
  readonly name: string;
  readonly kind: string;
  readonly meaning: string;
}

const documented: readonly Metric[] = [
  ...page.matchAll(/^\| `(calibrant_\w+)` \| (\w+) \| (.+?) \|$/gm),
].map(([, name = "", kind = "", meaning = ""]) => ({ name, kind, meaning }));

/** Every instrument that the source creates, by its name in OpenTelemetry. */
function created(): ReadonlyMap<string, Omit<Metric, "name">> {
  const found = new Map<string, Omit<Metric, "name">>();
  for (const file of readdirSync(source, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts")) continue;
    const pieces = readFileSync(`${source}${file}`, "utf8").split(/\.create(?=[A-Z]\w*\(\s*")/);
    for (const piece of pieces.slice(1)) {
      const [, kind = "", name = ""] = /^(\w+)\(\s*"([^"]+)"/.exec(piece) ?? [];
      if (!name.startsWith("calibrant.")) continue;
      const meaning = /description:\s*"((?:[^"\\]|\\.)*)"/.exec(piece)?.[1] ?? "";
      found.set(name, { kind: kind.replace("Observable", "").toLowerCase(), meaning });
    }
  }
  return found;
}

/** Without what Prometheus adds: the unit and `_total`. */
function plain(name: string): string {
  return name
    .replaceAll(".", "_")
    .replace(/_total$/, "")
    .replace(/_(?:seconds|bytes|ratio)$/, "");
}

function byName(metrics: readonly Metric[]): Metric[] {
  return metrics.toSorted((a, b) => a.name.localeCompare(b.name));
}

/** What a running service shows. */
function shown(text: string): Metric[] {
  const kinds = new Map([...text.matchAll(/^# TYPE (\S+) (\w+)$/gm)].map((m) => [m[1], m[2]]));
  return [...text.matchAll(/^# HELP (calibrant_\w+) (.*)$/gm)].map(
    ([, name = "", meaning = ""]) => ({ name, kind: kinds.get(name) ?? "", meaning }),
  );
}

describe("docs/metrics.md", () => {
  it("lists every metric that the source creates, with its kind and meaning", () => {
    const inSource = [...created()].map(([name, { kind, meaning }]) => ({
      name: plain(name),
      kind,
      meaning,
    }));
    expect(inSource.length).toBeGreaterThan(30);
    const onPage = documented.map((metric) => ({ ...metric, name: plain(metric.name) }));
    expect(byName(onPage)).toEqual(byName(inSource));
  });

  it("has the names, kinds and meanings that a running service shows", async () => {
    const { otlp, web, metric } = await openTestHouse();
    const load = startLoad(otlp, 1);
    await until("loaded rows", () =>
      metric('calibrant_spool_loaded_rows_total{table="otel.otel_traces"}'),
    );
    await load.stop();
    const metrics = shown(await (await fetch(`${web}/metrics`)).text());
    expect(metrics.length).toBeGreaterThan(15);
    expect(documented).toEqual(expect.arrayContaining(metrics));
    const names = metrics.map(({ name }) => name);
    expect(names).toContain("calibrant_spool_lag_seconds");
    expect(names).toContain("calibrant_spool_size_bytes");
    expect(names).toContain("calibrant_spool_bytes_total");
    expect(names).toContain("calibrant_serve_duration_seconds");
  });
});
