import type { TurnMarks } from "../../model/interaction.js";
import { turnTextLimit, type TurnMarker } from "../../model/ports.js";
import { beginsLikeFollowUp, objectsClearly, objectsPerhaps } from "./turn-cues.js";
import { occurrence, similarity, textGrams } from "./text-similarity.js";

/** A turn that is the first of its session, or of none. */
export const noTurnMarks: TurnMarks = {
  is_rephrase: false,
  is_correction: false,
  is_follow_up: false,
};

/** Questions this similar ask the same: `return my jacket` and `return my boots` are at 0.64. */
const rephraseSimilarity = 0.7;
/** What is repeated must say something: `yes please` and `no thank you`, at 38, are no questions. */
const rephraseWords = 3;
const rephraseWeight = 40;
/** A "no" that shares so little with the turn before answers something else. */
const correctionSimilarity = 0.12;
/** Shares a subject with the question before, or with its answer, which is longer. */
const followUpSimilarity = 0.22;
const followUpAnswerShare = 0.3;
/** So little, such as `yes`, occurs in an answer by chance. */
const followUpWeight = 20;

/**
 * Compares a turn with the one before it. Languages are not told apart: words are compared by
 * their parts, so that endings and typing errors weigh little, and cue phrases of many languages are
 * looked for in every text.
 */
export const markTurn: TurnMarker = (turn, previous) => {
  if (previous === undefined) return noTurnMarks;
  const text = normalised(turn.input_text);
  if (text === "") return noTurnMarks;
  const question = textGrams(text);
  const asked = similarity(question, textGrams(normalised(previous.input_text)));
  const asksSomething = question.words >= rephraseWords && question.weight >= rephraseWeight;
  if (asked >= rephraseSimilarity && asksSomething) return { ...noTurnMarks, is_rephrase: true };
  if (objectsClearly(text)) return { ...noTurnMarks, is_correction: true };
  if (!objectsPerhaps(text) && (asked >= followUpSimilarity || beginsLikeFollowUp(text))) {
    return { ...noTurnMarks, is_follow_up: true };
  }
  const answered =
    question.weight < followUpWeight ? 0 : occurrence(question, normalised(previous.output_text));
  if (objectsPerhaps(text) && (asked >= correctionSimilarity || answered >= correctionSimilarity)) {
    return { ...noTurnMarks, is_correction: true };
  }
  return {
    ...noTurnMarks,
    is_follow_up:
      asked >= followUpSimilarity || answered >= followUpAnswerShare || beginsLikeFollowUp(text),
  };
};

/** One spelling for what looks the same: width, case, accents kept, blanks and signs as one blank. */
function normalised(text: string): string {
  return text
    .slice(0, turnTextLimit)
    .normalize("NFKC")
    .toLowerCase()
    .replace(/['’`]/g, "'")
    .replace(/[^\p{L}\p{M}\p{N}',，、]+/gu, " ")
    .trim();
}
