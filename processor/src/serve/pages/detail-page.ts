import type { Feedback } from "../../model/feedback.js";
import type { Interaction } from "../../model/interaction.js";
import type { InteractionDetail } from "../../model/ports.js";
import { interactionDataAddress } from "../addresses.js";
import { conversation } from "./conversation.js";
import { evaluationCards } from "./evaluation-cards.js";
import { allFields, keyFigures } from "./facts.js";
import { signalText, signalTone } from "./feedback-view.js";
import { excerpt, formatCount, formatTime, isoTime, plural } from "./format.js";
import { layout, type PageContext } from "./layout.js";
import { longText } from "./long-text.js";
import { html, type Markup } from "./markup.js";
import { qualityCard } from "./quality-card.js";
import { waterfall } from "./waterfall.js";

/** One interaction with all that is known of it. */
export function detailPage(context: PageContext, detail: InteractionDetail): Markup {
  const { interaction } = detail;
  const question =
    excerpt(interaction.input_text, 140) || "Interaction without a captured question";
  return layout(context, {
    title: question,
    data: interactionDataAddress(interaction.interaction_id),
    main: html`
      <nav class="path" aria-label="Breadcrumb"><a href="/">Interactions</a></nav>
      <div class="heading"><h1>${question}</h1></div>
      ${subtitle(interaction)} ${keyFigures(interaction)}
      <div class="columns">
        <div>
          ${section("conversation", "Conversation", conversation(detail))}
          ${section("given", "What the model was given", given(interaction))}
        </div>
        <div>
          ${section("scores", "Scores", html`${qualityCard(detail.quality)}${evaluationCards(detail.evaluations)}`)}
          ${section("feedback", "Feedback", feedbackList(detail.feedback))}
        </div>
      </div>
      ${section("trace", "Trace", waterfall(detail))}
      ${section("fields", "All fields", allFields(interaction))}
    `,
  });
}

function section(id: string, heading: string, content: Markup): Markup {
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">${heading}</h2>
    ${content}
  </section>`;
}

function subtitle(interaction: Interaction): Markup {
  const { status, error_type, started_at, service_name, release, feature } = interaction;
  return html`<p class="subtitle">
    ${
      status === "ok"
        ? html`<span class="status ok">OK</span>`
        : html`<span class="status error">Error${error_type === "" ? "" : `: ${error_type}`}</span>`
    }
    <time datetime="${isoTime(started_at)}">${formatTime(started_at)} UTC</time>
    <span>${service_name} ${release}</span> ${feature === "" ? "" : html`<span>${feature}</span>`}
  </p>`;
}

function feedbackList(feedback: readonly Feedback[]): Markup {
  if (feedback.length === 0) {
    return html`<p class="muted">
      None yet. An application sends it to <code>POST /v1/feedback</code> with the trace id.
    </p>`;
  }
  return html`<ul class="cards">
    ${feedback.map(
      (event) =>
        html`<li>
          <article class="card ${signalTone(event)}">
            <header><h3>${signalText(event)}</h3></header>
            ${event.comment === "" ? "" : longText(event.comment)}
            <p class="muted small">
              ${event.user_id === "" ? "" : html`${event.user_id} · `}
              <time datetime="${isoTime(event.occurred_at)}">${formatTime(event.occurred_at)}</time>
            </p>
          </article>
        </li>`,
    )}
  </ul>`;
}

function given({ system_text: system, context }: Interaction): Markup {
  if (system === "" && context.length === 0) {
    return html`<p class="muted">No system prompt and no retrieved documents were captured.</p>`;
  }
  return html`${
    system === ""
      ? ""
      : html`<details>
          <summary>System prompt (${formatCount(system.length)} characters)</summary>
          ${longText(system)}
        </details>`
  }
  ${
    context.length === 0
      ? ""
      : html`<details>
          <summary>${plural(context.length, "retrieved document")}</summary>
          <ol class="documents">
            ${context.map((document) => html`<li>${longText(document, "An empty document.")}</li>`)}
          </ol>
        </details>`
  }`;
}
