import type { TurnMarks } from "../model/interaction.js";
import { turnTextLimit, type TurnMarker, type TurnText } from "../model/ports.js";
import { beginsLikeFollowUp, objectsClearly, objectsPerhaps } from "./turn-cues.js";
import { similarity, textGrams, type TextGrams } from "./text-similarity.js";

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
  const compared = compareWith(question, previous);
  const asksSomething = question.words >= rephraseWords && question.weight >= rephraseWeight;
  if (compared.question >= rephraseSimilarity && asksSomething) {
    return { ...noTurnMarks, is_rephrase: true };
  }
  const related =
    compared.question >= correctionSimilarity || compared.answerShare >= correctionSimilarity;
  if (objectsClearly(text) || (related && objectsPerhaps(text))) {
    return { ...noTurnMarks, is_correction: true };
  }
  const goesOn =
    compared.question >= followUpSimilarity ||
    (compared.answerShare >= followUpAnswerShare && question.weight >= followUpWeight) ||
    beginsLikeFollowUp(text);
  return { ...noTurnMarks, is_follow_up: goesOn };
};

interface Compared {
  /** Similarity with the question before, 0 to 1. */
  readonly question: number;
  /** The part of the question that occurs in the answer before, 0 to 1. */
  readonly answerShare: number;
}

function compareWith(question: TextGrams, previous: TurnText): Compared {
  const before = similarity(question, textGrams(normalised(previous.input_text)));
  const answer = similarity(question, textGrams(normalised(previous.output_text)));
  return { question: before.dice, answerShare: answer.share };
}

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
