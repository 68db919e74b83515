import { fieldsOf, show } from "./field-display.js";
import type { LoadedPanel } from "./load-dashboard.js";
import { escapeHtml } from "./markup.js";

/** The last row's numbers side by side; names only where there is more than one. */
export function drawStat({ panel, result }: LoadedPanel): string | undefined {
  const row = result?.rows.at(-1);
  if (result === undefined || row === undefined) return undefined;
  const fields = fieldsOf(panel, result.columns).filter(({ kind }) => kind === "number");
  if (fields.every(({ index }) => row[index] === null)) return undefined;
  const values = fields.map((field) => {
    const { text, color } = show(field, row[field.index] ?? null);
    const side = field.settings.color?.mode === "fixed" ? " side" : "";
    const name = fields.length > 1 ? `<div class="name">${escapeHtml(field.name)}</div>` : "";
    return `<div class="value${side}">${name}<div class="number" style="color:${color}">${escapeHtml(text)}</div></div>`;
  });
  return `<div class="stat">${values.join("")}</div>`;
}
