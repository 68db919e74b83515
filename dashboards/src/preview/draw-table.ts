import { expandText, type VariableValue } from "../variables.js";
import type { Cell } from "../query-result.js";
import { fieldsOf, show, type Field } from "./field-display.js";
import type { LoadedPanel } from "./load-dashboard.js";
import { cssColor, escapeHtml } from "./markup.js";

/** All rows that the query gave; what does not fit is cut off, as a scroll bar would hide it. */
export function drawTable({ panel, result, variables }: LoadedPanel): string | undefined {
  if (result === undefined || result.rows.length === 0) return undefined;
  const fields = fieldsOf(panel, result.columns);
  const columns = fields.map(({ settings }) => {
    const width = Number(settings.custom?.["width"] ?? 0);
    return width > 0 ? `<col style="width:${width}px">` : "<col>";
  });
  const heads = fields.map((field) => `<th class="${field.kind}">${escapeHtml(field.name)}</th>`);
  const rows = result.rows.map((row) => {
    const cells = fields.map((field) => drawCell(field, row[field.index] ?? null, variables));
    return `<tr>${cells.join("")}</tr>`;
  });
  return `<table><colgroup>${columns.join("")}</colgroup><thead><tr>${heads.join("")}</tr></thead><tbody>${rows.join("")}</tbody></table>`;
}

function drawCell(
  field: Field,
  value: Cell,
  variables: ReadonlyMap<string, VariableValue>,
): string {
  const { text, color } = show(field, value);
  const [link] = field.settings.links ?? [];
  const content = link === undefined ? escapeHtml(text) : drawLink(link.url, text, variables);
  const style = color === cssColor("text") ? "" : ` style="color:${color}"`;
  return `<td class="${field.kind}"${style} title="${escapeHtml(text)}">${content}</td>`;
}

/** Only http links are drawn: the rest of an address comes from a variable that a user can set. */
function drawLink(
  url: string,
  value: string,
  variables: ReadonlyMap<string, VariableValue>,
): string {
  const address = expandText(url, variables).replace("${__value.raw}", encodeURIComponent(value));
  if (!/^https?:\/\//.test(address)) return escapeHtml(value);
  return `<a href="${escapeHtml(address)}">${escapeHtml(value)}</a>`;
}
