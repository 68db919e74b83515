import type { InteractionQuality } from "../../model/ports.js";
import { formatNumber } from "./format.js";
import { html, type Markup } from "./markup.js";
import { evaluatorName, scoreBar, scoreText, toneOf } from "./scores.js";

/** The composite quality and what it is made of; nothing while no part of it is known. */
export function qualityCard({ quality, vetoed_by: veto, parts }: InteractionQuality): Markup {
  if (parts.length === 0) return html``;
  return html`<article class="card ${toneOf({ outcome: "scored", score: quality })}">
    <header>
      <h3>quality</h3>
      <strong>${quality === null ? "no part with a weight yet" : scoreText(quality)}</strong>
    </header>
    ${quality === null ? "" : scoreBar(quality)}
    ${
      veto === ""
        ? ""
        : html`<p class="text">Held down by ${evaluatorName(veto)}, which is a veto.</p>`
    }
    <p class="muted small">
      ${parts
        .map(({ part, score, weight }) => {
          const counts = weight === 0 ? "veto only" : `weight ${formatNumber(weight)}`;
          return `${evaluatorName(part)} ${scoreText(score)} (${counts})`;
        })
        .join(" · ")}
    </p>
  </article>`;
}
