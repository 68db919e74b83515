import type { Answer } from "./module-messages.js";

const longestLabel = 64;
const longestExplanation = 2_000;
const longestReason = 500;

/**
 * What a function `evaluate` gave back, looked at field by field.
 * @throws TypeError that says what is wrong
 */
export function answerOf(result: unknown): Answer {
  if (typeof result !== "object" || result === null) {
    throw new TypeError(`evaluate gave ${shown(result)}, not { score } or { skipped }`);
  }
  const { skipped, score, label = "", explanation = "" } = result as Record<string, unknown>;
  if (skipped !== undefined) {
    if (typeof skipped !== "string") throw new TypeError(`skipped is ${shown(skipped)}, no text`);
    return { kind: "skipped", reason: skipped.slice(0, longestReason) };
  }
  if (typeof score !== "number" || !(score >= 0 && score <= 1)) {
    throw new TypeError(`score is ${shown(score)}, not a number from 0 to 1`);
  }
  if (typeof label !== "string" || label.length > longestLabel || /[\r\n]/.test(label)) {
    throw new TypeError(
      `label is ${shown(label)}, not one line of at most ${longestLabel} characters`,
    );
  }
  if (typeof explanation !== "string") {
    throw new TypeError(`explanation is ${shown(explanation)}, no text`);
  }
  return { kind: "scored", score, label, explanation: explanation.slice(0, longestExplanation) };
}

function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, longestLabel));
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (value === null || value === undefined) return String(value);
  return Array.isArray(value) ? "an array" : `a value of type ${typeof value}`;
}
