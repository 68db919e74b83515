import type { Feedback } from "../../model/feedback.js";
import { excerpt, formatDuration, formatNumber } from "./format.js";
import { html, type Markup } from "./markup.js";

export type Signal = Pick<Feedback, "kind" | "value" | "value_max" | "choice" | "comment">;

/** What the user did, in words, without the comment. */
export function signalText(signal: Signal): string {
  const { kind, value } = signal;
  switch (kind) {
    case "thumbs":
      return value === 1 ? "Thumbs up" : "Thumbs down";
    case "rating":
      return ratingText(signal);
    case "choice":
      return `Chose “${signal.choice}”`;
    case "comment":
      return "Commented";
    case "correction":
      return "Corrected the answer";
    case "copy":
      return "Copied the answer";
    case "edit":
      return "Edited the answer";
    case "retry":
      return "Asked for another answer";
    case "abandon":
      return "Left";
    case "follow_up":
      return "Followed up";
    case "dwell":
      return `Stayed ${formatDuration(value ?? 0)}`;
    case "escalation":
      return "Asked for a person";
    default:
      return kind satisfies never;
  }
}

function ratingText({ value, value_max: most }: Signal): string {
  const given = formatNumber(value ?? 0);
  return most === null ? `Rated ${given}` : `Rated ${given} of ${formatNumber(most)}`;
}

/** Whether a signal speaks for or against the answer; only where the user said so. */
export function signalTone({ kind, value, value_max: most }: Signal): "good" | "poor" | "none" {
  if (kind === "thumbs") return value === 1 ? "good" : "poor";
  if (kind !== "rating" || value === null || most === null || most <= 0) return "none";
  if (value / most >= 0.7) return "good";
  return value / most <= 0.4 ? "poor" : "none";
}

/** Signals as a short list, for a table. */
export function signalChips(signals: readonly Signal[]): Markup {
  if (signals.length === 0) return html`<span class="muted">–</span>`;
  return html`<ul class="chips">
    ${signals.map(
      (signal) =>
        html`<li>
          <span class="chip ${signalTone(signal)}">${signalText(signal)}</span>
          ${signal.comment === "" ? "" : html`<q class="muted">${excerpt(signal.comment, 80)}</q>`}
        </li>`,
    )}
  </ul>`;
}
