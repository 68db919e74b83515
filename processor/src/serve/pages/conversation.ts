import type { InteractionDetail } from "../../model/ports.js";
import type { Interaction } from "../../model/interaction.js";
import { interactionAddress } from "../addresses.js";
import { excerpt, formatTime, isoTime, plural } from "./format.js";
import { longText } from "./long-text.js";
import { html, type Markup } from "./markup.js";

/** Turns of the session that are shown at once on each side of this one. */
const near = 3;

/** The session with this turn in full and the others in a line each. */
export function conversation({
  interaction,
  conversation: turns,
}: Pick<InteractionDetail, "interaction" | "conversation">): Markup {
  const place = turns.findIndex((turn) => turn.interaction_id === interaction.interaction_id);
  const before = place < 0 ? [] : turns.slice(0, place);
  const after = place < 0 ? [] : turns.slice(place + 1);
  const cut = Math.max(0, before.length - near);
  return html`<ol class="conversation">
    ${folded(before.slice(0, cut), "earlier turn")} ${before.slice(cut).map(otherTurn)}
    <li class="turn current" aria-current="true">${thisTurn(interaction)}</li>
    ${after.slice(0, near).map(otherTurn)} ${folded(after.slice(near), "later turn")}
  </ol>`;
}

type Turn = InteractionDetail["conversation"][number];

function thisTurn(interaction: Interaction): Markup {
  return html`<div class="message user">
      <h3>Question</h3>
      ${longText(interaction.input_text, "No question was captured.")}
    </div>
    <div class="message assistant">
      <h3>Answer</h3>
      ${longText(interaction.output_text, noAnswer(interaction))}
    </div>`;
}

function noAnswer({ status, error_type }: Interaction): string {
  if (status === "ok") return "No answer was captured.";
  return error_type === "" ? "The call failed." : `The call failed: ${error_type}.`;
}

function otherTurn(turn: Turn): Markup {
  return html`<li class="turn">
    <a href="${interactionAddress(turn.interaction_id)}"
      ><time class="muted" datetime="${isoTime(turn.started_at)}"
        >${formatTime(turn.started_at)}</time
      >
      <span class="said">${excerpt(turn.input_text, 160) || "(no question captured)"}</span></a
    >
    <p class="muted">${answerExcerpt(turn)}</p>
  </li>`;
}

function answerExcerpt(turn: Turn): string {
  const answer = excerpt(turn.output_text, 200) || "(no answer captured)";
  return turn.status === "error" ? `Error. ${answer}` : answer;
}

function folded(turns: readonly Turn[], noun: string): Markup | string {
  if (turns.length === 0) return "";
  return html`<li class="turn">
    <details>
      <summary>${plural(turns.length, noun)}</summary>
      <ol class="conversation">
        ${turns.map(otherTurn)}
      </ol>
    </details>
  </li>`;
}
