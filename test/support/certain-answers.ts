import { steps, type Step } from "./scripted-model.js";

const token = (piece: string, logprob: number, alternatives: object[] = []) => ({
  token: piece,
  logprob,
  bytes: null,
  top_logprobs: [{ token: piece, logprob, bytes: null }, ...alternatives],
});

/** A verdict together with how sure the model is of it, as log probabilities. */
export function certainVerdict(label: string, other: string, probability: number): Step {
  const text = JSON.stringify({ verdict: label, rationale: "because" });
  const [head = "", tail = ""] = text.split(label);
  const alternative = { token: other, logprob: Math.log(1 - probability), bytes: null };
  const content = [
    token(head, 0),
    token(label, Math.log(probability), [alternative]),
    token(tail, 0),
  ];
  return steps.says(text, {
    choices: [
      {
        index: 0,
        finish_reason: "stop",
        message: { role: "assistant", content: text },
        logprobs: { content },
      },
    ],
  });
}
