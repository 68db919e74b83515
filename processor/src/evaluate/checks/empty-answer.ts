import type { CodeCheck } from "./code-check.js";

/** Whole answers that say nothing, in the form that `plain` gives them. */
const fillers: ReadonlySet<string> = new Set([
  "ok",
  "okay",
  "k",
  "sure",
  "hm",
  "hmm",
  "um",
  "uh",
  "well",
  "so",
  "the",
  "a",
  "i",
  "answer",
  "the answer is",
  "here is the answer",
  "let me think",
  "please wait",
  "one moment",
  "null",
  "none",
  "undefined",
  "nan",
  "n a",
  "object object",
  "empty",
  "todo",
  "lorem ipsum",
  "einen moment",
  "un momento",
  "un instant",
]);

/** Longer answers are never fillers: there is no need to look at them. */
const longestFiller = 64;

/** The answer is missing, or nothing but punctuation or a filler. "No", "42" and "Yes." are answers. */
export const emptyAnswer: CodeCheck = {
  name: "empty-answer",
  revision: "1",
  judge: ({ output_text: text }) => {
    if (text.trim() === "")
      return { score: 0, label: "empty", explanation: "The answer is empty." };
    const words = text.length > longestFiller * 4 ? undefined : plain(text);
    if (words === undefined) return answered;
    if (words === "") {
      return { score: 0, label: "trivial", explanation: "The answer has no letter and no digit." };
    }
    if (words.length <= longestFiller && fillers.has(words)) {
      return { score: 0, label: "trivial", explanation: `The whole answer is "${words}".` };
    }
    return answered;
  },
};

const answered = { score: 1, label: "answered", explanation: "" } as const;

/** Lower case, letters and digits only, one space between words. */
function plain(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}
