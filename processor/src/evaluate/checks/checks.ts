import { emptyAnswer } from "./empty-answer.js";
import { refusal } from "./refusal.js";
import { repetition } from "./repetition.js";

/** The evaluators that need no model. */
export const checks = [emptyAnswer, refusal, repetition] as const;
