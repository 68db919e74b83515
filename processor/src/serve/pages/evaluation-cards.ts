import type { Evaluation } from "../../model/evaluation.js";
import { formatCost, formatDuration, formatNumber, formatTime, isoTime } from "./format.js";
import { html, type Markup } from "./markup.js";
import { byWeight, evaluatorName, outcomeText, scoreBar, scoreText, toneOf } from "./scores.js";

/** The newest outcome of each evaluator, and folded what it had said before. */
export function evaluationCards(evaluations: readonly Evaluation[]): Markup {
  if (evaluations.length === 0) {
    return html`<p class="muted">
      No evaluator has answered yet. Scores appear within seconds of the interaction; an evaluator
      that cannot answer leaves a line with its reason.
    </p>`;
  }
  const newest = new Map<string, Evaluation>();
  for (const evaluation of evaluations) {
    if (!newest.has(evaluation.evaluator)) newest.set(evaluation.evaluator, evaluation);
  }
  const earlier = evaluations.filter((line) => newest.get(line.evaluator) !== line);
  return html`<ul class="cards">
      ${[...newest.values()].toSorted(byWeight).map((line) => html`<li>${card(line)}</li>`)}
    </ul>
    ${
      earlier.length === 0
        ? ""
        : html`<details>
            <summary>Earlier outcomes (${earlier.length})</summary>
            <ul class="cards">
              ${earlier.map((line) => html`<li>${card(line)}</li>`)}
            </ul>
          </details>`
    }`;
}

function card(line: Evaluation): Markup {
  return html`<article class="card ${toneOf(line)}">
    <header>
      <h3>${evaluatorName(line.evaluator)}</h3>
      ${verdict(line)}
    </header>
    ${line.score === null ? "" : scoreBar(line.score)}
    ${line.reason === "" ? "" : html`<p class="text">${line.reason}</p>`}
    ${line.explanation === "" ? "" : html`<p class="text">${line.explanation}</p>`}
    <p class="muted small">${facts(line)}</p>
  </article>`;
}

function verdict(line: Evaluation): Markup {
  if (line.outcome !== "scored" || line.score === null) {
    return html`<strong>${outcomeText(line.outcome)}</strong>`;
  }
  return html`<strong
    >${scoreText(line.score)}${line.label === "" ? "" : ` · ${line.label}`}</strong
  >`;
}

function facts(line: Evaluation): Markup {
  const parts = [
    line.confidence === null ? "" : `confidence ${formatNumber(line.confidence)}`,
    line.probability < 1 ? `drawn with probability ${formatNumber(line.probability)}` : "",
    line.stage === "" ? "" : `stage ${line.stage}`,
    line.cost_usd === null ? "" : formatCost(line.cost_usd),
    line.latency_ms > 0 ? formatDuration(line.latency_ms) : "",
  ].filter((part) => part !== "");
  const kind = {
    llm: "judged by a model",
    code: "checked by code",
    human: "labelled by a person",
    canary: "canary",
  };
  return html`${kind[line.kind]}, version
    ${line.evaluator_version}${parts.map((part) => html` · ${part}`)} ·
    <time datetime="${isoTime(line.evaluated_at)}">${formatTime(line.evaluated_at)}</time>`;
}
