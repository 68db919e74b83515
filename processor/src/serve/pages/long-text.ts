import { formatCount } from "./format.js";
import { html, type Markup } from "./markup.js";

/** Characters that are shown at once; a text that is hardly longer is not folded. */
const shown = 1_200;

/** A text as it is, line breaks included; the end of a long one is folded. */
export function longText(text: string, empty = "Nothing."): Markup {
  if (text === "") return html`<p class="muted">${empty}</p>`;
  if (text.length <= shown * 1.25) return html`<div class="text">${text}</div>`;
  const cut = placeToCut(text);
  return html`<div class="fold">
    <div class="text">${text.slice(0, cut)}</div>
    <details>
      <summary>${formatCount(text.length - cut)} more characters</summary>
      <div class="text">${text.slice(cut).replace(/^\s+/, "")}</div>
    </details>
  </div>`;
}

/** The last line break or space before the limit, so that no word and no symbol is broken. */
function placeToCut(text: string): number {
  const head = text.slice(0, shown);
  const line = head.lastIndexOf("\n");
  if (line > shown / 2) return line;
  const word = head.lastIndexOf(" ");
  if (word > shown / 2) return word;
  return /[\uD800-\uDBFF]$/.test(head) ? shown - 1 : shown;
}
