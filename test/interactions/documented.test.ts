import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { parseConfig } from "#processor/config.js";
import { duration } from "#processor/kernel/config-values.js";

const text = readFileSync(
  fileURLToPath(new URL("../../docs/interactions.md", import.meta.url)),
  "utf8",
);

it("docs/interactions.md lists every setting of the walk with its default", () => {
  const [, table = ""] = text.split("| setting under `processors.interactions` |");
  const [rows = ""] = table.split(/^(?!\|)/m);
  const told = new Map(
    [...rows.matchAll(/^\| `(\w+)` \| ([^|]*) \|/gm)].map(([, name, value]) => [name, value]),
  );
  const settings = Object.entries(parseConfig("", {}).processors.interactions);
  expect([...told.keys()]).toEqual(expect.arrayContaining(settings.map(([name]) => name)));
  expect(told.size).toBe(settings.length);
  for (const [name, value] of settings) {
    if (typeof value !== "number") continue;
    expect([name, numberOf(told.get(name) ?? "")]).toEqual([name, value]);
  }
});

function numberOf(cell: string): number {
  const kibibytes = /^(\d+) KiB$/.exec(cell)?.[1];
  if (kibibytes !== undefined) return Number(kibibytes) * 1024;
  const plain = /^[\d,]+$/.test(cell);
  return plain ? Number(cell.replaceAll(",", "")) : duration.parse(cell);
}
