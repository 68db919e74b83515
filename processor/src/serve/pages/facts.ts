import type { Interaction } from "../../model/interaction.js";
import { formatCost, formatCount, formatDuration, plural } from "./format.js";
import { html, type Markup } from "./markup.js";

interface Fact {
  readonly term: string;
  readonly value: string;
}

/** The figures of an interaction at a glance. */
export function keyFigures(interaction: Interaction): Markup {
  const { request_model: asked, response_model: answered } = interaction;
  const reasoning = interaction.reasoning_tokens;
  const cached = interaction.cache_read_tokens;
  const asides = [
    cached > 0 ? `${formatCount(cached)} cached` : "",
    reasoning > 0 ? `${formatCount(reasoning)} reasoning` : "",
  ].filter((aside) => aside !== "");
  return html`<dl class="figures">
    ${figure("Latency", formatDuration(interaction.duration_ms), "")}
    ${figure("Cost", formatCost(interaction.cost_usd), "")}
    ${figure(
      "Tokens",
      `${formatCount(interaction.input_tokens)} in, ${formatCount(interaction.output_tokens)} out`,
      asides.join(", "),
    )}
    ${figure("Model", answered || asked || "–", interaction.provider)}
    ${figure("Calls", plural(interaction.model_calls, "model call"), callsBeside(interaction))}
    ${figure("User", interaction.user_id || "–", sessionBeside(interaction))}
  </dl>`;
}

function sessionBeside({ session_id: session }: Interaction): string {
  return session === "" ? "" : `session ${session}`;
}

function callsBeside({ tool_calls, retrievals }: Interaction): string {
  return [
    tool_calls > 0 ? plural(tool_calls, "tool call") : "",
    retrievals > 0 ? plural(retrievals, "retrieval") : "",
  ]
    .filter((text) => text !== "")
    .join(", ");
}

function figure(term: string, value: string, beside: string): Markup {
  return html`<div>
    <dt>${term}</dt>
    <dd>${value} ${beside === "" ? "" : html`<span class="muted">${beside}</span>`}</dd>
  </div>`;
}

/** Every other field that has a value. */
export function allFields(interaction: Interaction): Markup {
  const facts: readonly Fact[] = [
    { term: "Service", value: interaction.service_name },
    { term: "Environment", value: interaction.environment },
    { term: "Release", value: interaction.release },
    { term: "Feature", value: interaction.feature },
    { term: "Agent", value: interaction.agent_name },
    { term: "Variant", value: interaction.variant },
    { term: "User segment", value: interaction.user_segment },
    { term: "Session", value: interaction.session_id },
    { term: "Operation", value: interaction.operation },
    { term: "Requested model", value: interaction.request_model },
    {
      term: "Prompt",
      value: [interaction.prompt_name, interaction.prompt_version].join(" ").trim(),
    },
    { term: "Intent", value: interaction.intent },
    { term: "Error", value: interaction.error_type },
    { term: "Read as", value: interaction.dialect },
    { term: "Complete", value: interaction.complete ? "" : "no, the root span never arrived" },
    { term: "Interaction", value: interaction.interaction_id },
    { term: "Trace", value: interaction.trace_id },
    { term: "Responses", value: interaction.response_ids.join(", ") },
  ];
  return html`<dl class="fields wide">
    ${facts
      .filter(({ value }) => value !== "")
      .map(
        ({ term, value }) =>
          html`<div>
            <dt>${term}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
  </dl>`;
}
