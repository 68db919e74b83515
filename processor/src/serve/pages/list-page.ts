import type { InteractionSummary } from "../../model/ports.js";
import { listAddress, nextPlace, unnamedService, type ListQuery } from "../list-query.js";
import { signalChips } from "./feedback-view.js";
import { emptyList } from "./empty-list.js";
import { formatCost, formatCount, formatDuration, formatTime, isoTime } from "./format.js";
import { interactionAddress } from "../addresses.js";
import { layout, type PageContext } from "./layout.js";
import { html, type Markup } from "./markup.js";
import { scoreChips } from "./scores.js";

export interface ListPage {
  readonly query: ListQuery;
  readonly rows: readonly InteractionSummary[];
  readonly services: readonly string[];
  /** Where applications send their telemetry, for a reader who has none yet. */
  readonly otlpAddress: string | undefined;
}

/** Recent interactions, newest first. */
export function listPage(context: PageContext, page: ListPage): Markup {
  const { query, rows } = page;
  const first = query.before === undefined;
  return layout(context, {
    title: "Interactions",
    live: first,
    data: listAddress("/api/interactions", query, query.before),
    main: html`
      <div class="heading">
        <h1>Interactions</h1>
        <p class="muted" data-live hidden></p>
      </div>
      ${filterForm(query, page.services)}
      <div data-rows>
        ${
          rows.length === 0
            ? emptyList({ filtered: isFiltered(query), first, otlpAddress: page.otlpAddress })
            : table(rows)
        }
        ${paging(query, rows)}
      </div>
    `,
  });
}

function isFiltered(query: ListQuery): boolean {
  return query.service !== undefined || query.status !== undefined;
}

function filterForm(query: ListQuery, services: readonly string[]): Markup {
  const known =
    query.service === undefined || services.includes(query.service)
      ? services
      : [query.service, ...services];
  const chosen = query.service === "" ? unnamedService : query.service;
  return html`<form class="filter" method="get" action="/" role="search">
    <label
      >Service
      <select name="service">
        ${option("", "All services", chosen)}
        ${known.map((name) => option(name || unnamedService, name || unnamedService, chosen))}
      </select></label
    >
    <label
      >Status
      <select name="status">
        ${option("", "Any status", query.status)} ${option("ok", "OK", query.status)}
        ${option("error", "Error", query.status)}
      </select></label
    >
    <button type="submit">Filter</button>
    ${isFiltered(query) ? html`<a href="/">Clear</a>` : ""}
  </form>`;
}

function option(value: string, text: string, chosen = ""): Markup {
  return html`<option value="${value}" ${value === chosen ? html`selected` : ""}>${text}</option>`;
}

const columns = [
  "Time (UTC)",
  "Question and answer",
  "Scores",
  "Feedback",
  "Application",
  "User",
  "Model",
  "Latency",
  "Cost",
];

/** The roles hold where a narrow screen shows the rows as cards, which would take them away. */
function table(rows: readonly InteractionSummary[]): Markup {
  return html`<div class="scroll" role="region" aria-label="Interactions" tabindex="0">
    <table class="list" role="table">
      <thead role="rowgroup">
        <tr role="row">
          ${columns.map((name) => html`<th scope="col" role="columnheader">${name}</th>`)}
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${rows.map(row)}
      </tbody>
    </table>
  </div>`;
}

function row(turn: InteractionSummary): Markup {
  return html`<tr role="row">
    <td role="cell" class="time">
      <time datetime="${isoTime(turn.started_at)}">${formatTime(turn.started_at)}</time>
      ${statusText(turn)}
    </td>
    <td role="cell" class="words">
      <a class="question" href="${interactionAddress(turn.interaction_id)}"
        >${turn.input_text || "(no question captured)"}</a
      >
      <div class="answer">${turn.output_text || "(no answer captured)"}</div>
    </td>
    <td role="cell" class="scores">${scoreChips(turn.scores)}</td>
    <td role="cell" class="feedback">${signalChips(turn.feedback)}</td>
    <td role="cell" class="application">
      <div>${turn.service_name} <span class="muted">${turn.release}</span></div>
      ${below(turn.feature)}
    </td>
    <td role="cell" class="user">
      <div>${turn.user_id || "–"}</div>
      ${below(turn.session_id)}
    </td>
    <td role="cell" class="model">
      <div>${turn.model || "–"}</div>
      ${below(`${formatCount(turn.input_tokens)} in, ${formatCount(turn.output_tokens)} out`)}
    </td>
    <td role="cell" class="number">${formatDuration(turn.duration_ms)}</td>
    <td role="cell" class="number">
      ${turn.cost_usd === null ? html`<span class="muted">unknown</span>` : formatCost(turn.cost_usd)}
    </td>
  </tr>`;
}

function statusText({ status, error_type }: InteractionSummary): Markup {
  return status === "ok"
    ? html`<span class="status ok">OK</span>`
    : html`<span class="status error">Error${error_type === "" ? "" : `: ${error_type}`}</span>`;
}

function below(text: string): Markup | string {
  return text === "" ? "" : html`<div class="muted">${text}</div>`;
}

function paging(query: ListQuery, rows: readonly InteractionSummary[]): Markup {
  const next = nextPlace(query, rows);
  return html`<nav class="paging" aria-label="Pages of the list">
    ${
      query.before === undefined
        ? ""
        : html`<a class="button" href="${listAddress("/", query)}">← Newest</a>`
    }
    ${
      next === undefined
        ? ""
        : html`<a class="button" href="${listAddress("/", query, next)}" rel="next">Older →</a>`
    }
  </nav>`;
}
