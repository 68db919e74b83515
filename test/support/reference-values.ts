import { readFileSync } from "node:fs";

/** Values of statistics that other programs computed, by name. */
export function referenceValues(name: string): unknown {
  const file = new URL("../cases/statistics/reference-values.json", import.meta.url);
  const all = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  if (!(name in all)) throw new Error(`there are no reference values ${name}`);
  return all[name];
}
