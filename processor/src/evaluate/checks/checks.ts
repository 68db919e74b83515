import { costCeiling, latencyCeiling } from "./ceilings.js";
import { plainCheck } from "./check-kind.js";
import { citation } from "./citation.js";
import type { CheckKind } from "./code-check.js";
import { emptyAnswer } from "./empty-answer.js";
import { format } from "./format.js";
import { languageMismatch } from "./language-mismatch.js";
import { piiLeak } from "./pii-leak.js";
import { profanity } from "./profanity.js";
import { refusal } from "./refusal.js";
import { repetition } from "./repetition.js";
import { toolCallValidity } from "./tool-call-validity.js";

/**
 * The evaluators that need no model. Those that are standard find what no team wants, whatever the
 * application does; about the others a team has to say that they mean something there.
 */
export const checks: readonly CheckKind[] = [
  plainCheck(emptyAnswer, true),
  plainCheck(refusal, true),
  plainCheck(repetition, true),
  toolCallValidity,
  citation,
  costCeiling,
  format,
  languageMismatch,
  latencyCeiling,
  piiLeak,
  profanity,
];
