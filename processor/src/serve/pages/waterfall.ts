import type { ModelCall } from "../../model/interaction.js";
import type { InteractionDetail } from "../../model/ports.js";
import type { RawSpan } from "../../model/telemetry.js";
import { formatCost, formatCount, formatDuration, formatNumber } from "./format.js";
import { longText } from "./long-text.js";
import { html, type Markup } from "./markup.js";
import { traceRows, type TraceRow } from "./trace-rows.js";

/** Levels that are indented; deeper ones stay where they are. */
const deepest = 12;
const mostAttributes = 200;

const kindWords: Readonly<Record<TraceRow["kind"], string>> = {
  generation: "model call",
  tool: "tool call",
  retrieval: "retrieval",
  embedding: "embedding",
  step: "step",
};

/** The trace as a waterfall: one line a span, each of which opens. */
export function waterfall({
  spans,
  modelCalls,
}: Pick<InteractionDetail, "spans" | "modelCalls">): Markup {
  const rows = traceRows(spans, modelCalls);
  if (rows.length === 0) {
    return html`<p class="muted">
      No spans are stored for this trace. Raw telemetry is kept for a shorter time than
      interactions.
    </p>`;
  }
  const total = Math.max(...rows.map((row) => row.start + row.duration), 0.001);
  return html`${
      spans.length > 0
        ? ""
        : html`<p class="muted">
            The spans are no longer stored; these are the calls that were read from them.
          </p>`
    }
    <div class="axis" aria-hidden="true">
      <span></span
      ><span class="ticks"
        >${[0, 0.25, 0.5, 0.75, 1].map((share) => html`<span>${formatDuration(total * share)}</span>`)}</span
      ><span></span>
    </div>
    <ol class="waterfall">
      ${rows.map((row) => html`<li>${line(row, total)}</li>`)}
    </ol>`;
}

function line(row: TraceRow, total: number): Markup {
  const share = (milliseconds: number): string => formatNumber((milliseconds / total) * 1_000);
  const width = Math.max(3, (row.duration / total) * 1_000);
  return html`<details class="span ${row.failed ? "failed" : row.kind}">
    <summary>
      <span class="name depth-${Math.min(row.depth, deepest)}"
        ><span class="kind"
          >${row.failed ? `failed ${kindWords[row.kind]}` : kindWords[row.kind]}</span
        >
        ${row.name || "(no name)"}</span
      >
      <svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
        <rect class="track" width="1000" height="10" />
        <rect class="value" x="${share(row.start)}" width="${formatNumber(width)}" height="10" />
      </svg>
      <span class="number">${formatDuration(row.duration)}</span>
    </summary>
    <div class="inside">${inside(row)}</div>
  </details>`;
}

function inside({ call, span, start }: TraceRow): Markup {
  return html`<dl class="fields wide">
      ${call === undefined ? "" : callFields(call)}
      ${span === undefined ? "" : spanFields(span, start)}
    </dl>
    ${call === undefined || call.input_text === "" ? "" : said("In", call.input_text)}
    ${call === undefined || call.output_text === "" ? "" : said("Out", call.output_text)}
    ${span === undefined ? "" : spanParts(span)}`;
}

function said(heading: string, text: string): Markup {
  return html`<h4>${heading}</h4>
    ${longText(text)}`;
}

function callFields(call: ModelCall): Markup {
  const tokens = `${formatCount(call.input_tokens)} in, ${formatCount(call.output_tokens)} out`;
  const isModel = call.kind === "generation" || call.kind === "embedding";
  return html`${field("Model", call.response_model || call.request_model)}
  ${field("Provider", call.provider)} ${isModel ? field("Tokens", tokens) : ""}
  ${isModel ? field("Cost", formatCost(call.cost_usd)) : ""}
  ${field("Finished", call.finish_reason)} ${field("Error", call.error_type)}
  ${field("Response", call.response_id)}`;
}

function spanFields(span: RawSpan, start: number): Markup {
  return html`${field("Starts after", formatDuration(start))}
  ${field("Status", span.statusCode === "Unset" ? "" : span.statusCode)}
  ${field("Message", span.statusMessage)} ${field("Service", span.serviceName)}
  ${field("Span", span.spanId)} ${field("Span kind", span.kind)}
  ${field("Instrumented by", `${span.scopeName} ${span.scopeVersion}`.trim())}`;
}

function spanParts(span: RawSpan): Markup {
  return html`${span.events.map(
    (event) =>
      html`<h4>
          Event ${event.name}, after ${formatDuration(Number(event.time - span.start) / 1e6)}
        </h4>
        ${attributeList(event.attributes)}`,
  )}
  ${folded("Attributes", span.attributes)} ${folded("Resource", span.resource)}`;
}

function folded(name: string, attributes: ReadonlyMap<string, string>): Markup | string {
  if (attributes.size === 0) return "";
  return html`<details>
    <summary>${name} (${attributes.size})</summary>
    ${attributeList(attributes)}
  </details>`;
}

function attributeList(attributes: ReadonlyMap<string, string>): Markup {
  const sorted = [...attributes].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const more = sorted.length - mostAttributes;
  return html`<dl class="fields attributes">
      ${sorted.slice(0, mostAttributes).map(([key, text]) => field(key, text))}
    </dl>
    ${more > 0 ? html`<p class="muted">and ${more} more</p>` : ""}`;
}

function field(term: string, value: string): Markup | string {
  return value === ""
    ? ""
    : html`<div>
        <dt>${term}</dt>
        <dd>${longText(value)}</dd>
      </div>`;
}
