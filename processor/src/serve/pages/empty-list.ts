import { html, type Markup } from "./markup.js";

/** A list without rows: why, and what to do next. */
export function emptyList(state: {
  readonly filtered: boolean;
  /** Whether this is the page of the newest. */
  readonly first: boolean;
  readonly otlpAddress: string | undefined;
}): Markup {
  if (state.filtered) {
    return html`<div class="empty">
      <h2>No interaction matches this filter</h2>
      <p><a href="/">Show all interactions</a></p>
    </div>`;
  }
  if (!state.first) {
    return html`<div class="empty">
      <h2>There are no older interactions</h2>
      <p><a href="/">Back to the newest</a></p>
    </div>`;
  }
  return html`<div class="empty">
    <h2>No interactions yet</h2>
    ${
      state.otlpAddress === undefined
        ? html`<p>
            Interactions appear a few seconds after a Collector has stored their spans in
            <code>otel.otel_traces</code>.
          </p>`
        : html`<p>
              Point an application that emits OpenTelemetry GenAI spans here, and its interactions
              appear a few seconds after they end:
            </p>
            <pre>OTEL_EXPORTER_OTLP_ENDPOINT=${state.otlpAddress}</pre>`
    }
    <p>Or see it with simulated traffic first:</p>
    <pre>npm run demo</pre>
    <p>
      If telemetry is being sent and nothing appears, <a href="/readyz">readiness</a> says what is
      wrong, and <a href="/metrics">metrics</a> count what was received, rejected and stored.
    </p>
  </div>`;
}
