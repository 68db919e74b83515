import type { PendingInteraction } from "../../model/ports.js";
import { checkKind } from "./check-kind.js";
import { languageOptions } from "./checks-config.js";
import type { CodeCheck } from "./code-check.js";
import { loadDetector, type Detected, type DetectLanguage } from "./language-detection.js";
import { isStructured, withoutCode, withoutQuotes } from "./texts.js";

/** Languages that both fit a text nearly as well, such as Danish and Norwegian, are no mismatch. */
const margin = 0.15;

/** Characters of a question and of an answer that are looked at. */
const examined = 4_000;

/** Who asks for another language names it, or asks for a translation. For text in lower case. */
const namedLanguage = new RegExp(
  [
    "\\b(?:english|german|french|spanish|italian|portuguese|dutch|danish|swedish|norwegian|finnish|polish|czech|slovak|hungarian|romanian|bulgarian|greek|turkish|russian|ukrainian|arabic|hebrew|persian|farsi|hindi|bengali|urdu|thai|vietnamese|indonesian|malay|chinese|mandarin|cantonese|japanese|korean|latin|catalan|croatian|serbian|slovenian|estonian|latvian|lithuanian|swahili|esperanto)\\b",
    "\\b(?:englisch|deutsch|französisch|spanisch|italienisch|portugiesisch|niederländisch|polnisch|türkisch|russisch|chinesisch|japanisch)",
    "\\b(?:anglais|allemand|français|espagnol|italien|portugais|néerlandais|polonais|turc|russe|chinois|japonais)",
    "\\b(?:inglés|alemán|francés|español|italiano|portugués|holandés|polaco|turco|ruso|chino|japonés|inglese|tedesco|francese|spagnolo|portoghese|inglês|alemão|francês|espanhol)",
    "\\b(?:engels|duits|frans|spaans|engelsk|tysk|angielsk|niemieck|anglick|německ|ingilizce|almanca|türkçe)",
    "английск|немецк|русск|英语|英文|中文|汉语|德语|法语|日语|英語|日本語|中国語|한국어|영어",
    "translat|übersetz|\\btradu|vertaal|\\boversæt|\\böversätt|przetłumacz|přelož|çevir|перевед|перевод|翻译|翻譯|翻訳|번역",
  ].join("|"),
  "u",
);

const names = new Intl.DisplayNames("en", { type: "language" });

interface Finding {
  readonly reason?: string;
  readonly question?: Detected | undefined;
  readonly answer?: Detected;
}

/** The answer is in another language than the question, or in none of those that were set. */
export const languageMismatch = checkKind({
  name: "language-mismatch",
  schema: languageOptions,
  create: ({ languages }): CodeCheck => {
    let detect: DetectLanguage | undefined;
    const findings = new WeakMap<PendingInteraction, Finding>();
    const find = (interaction: PendingInteraction): Finding => {
      const known = findings.get(interaction);
      if (known !== undefined) return known;
      if (detect === undefined) throw new Error("the language detector is not loaded");
      const found = findingOf(interaction, languages, detect);
      findings.set(interaction, found);
      return found;
    };
    return {
      name: "language-mismatch",
      revision: "1",
      settings: languages,
      open: async () => {
        detect ??= await loadDetector();
      },
      inapplicable: (interaction) => find(interaction).reason,
      judge: (interaction) => {
        const { answer, question } = find(interaction);
        if (answer === undefined) return same("");
        if (languages !== undefined) {
          if (languages.some((code) => fits(answer, code))) return same(nameOf(answer.language));
          const wanted = languages.map(nameOf).join(", ");
          return mismatch(`The answer is ${nameOf(answer.language)}, expected ${wanted}.`);
        }
        if (question === undefined || isNear(question, answer))
          return same(nameOf(answer.language));
        const [asked, answered] = [nameOf(question.language), nameOf(answer.language)];
        return mismatch(`The user wrote ${asked}, the answer is ${answered}.`);
      },
    };
  },
});

function findingOf(
  { input_text, output_text, system_text }: PendingInteraction,
  languages: readonly string[] | undefined,
  detect: DetectLanguage,
): Finding {
  if (output_text.trim() === "") return { reason: "no output" };
  if (isStructured(output_text)) return { reason: "the answer is no prose" };
  if (languages === undefined) {
    if (namesLanguage(input_text)) {
      return { reason: "the user names a language" };
    }
    if (namesLanguage(system_text)) {
      return { reason: "the system text names a language" };
    }
  }
  const question = languages === undefined ? detect(prose(input_text)) : undefined;
  if (languages === undefined && question === undefined) {
    return { reason: "the language of the question is not clear" };
  }
  const answer = detect(prose(output_text));
  if (answer === undefined) return { reason: "the language of the answer is not clear" };
  return { question, answer };
}

function prose(text: string): string {
  return withoutQuotes(withoutCode(text.slice(0, examined)))
    .split(/\s+/)
    .filter((word) => !word.includes("@") && !address.test(word))
    .join(" ");
}

/** At the beginning of a word, or behind a bracket. */
const address = /^\W{0,3}(?:https?:|www\.)/;

function namesLanguage(text: string): boolean {
  return namedLanguage.test(text.slice(0, examined).toLowerCase());
}

function isNear(question: Detected, answer: Detected): boolean {
  return fits(answer, question.language) || fits(question, answer.language);
}

/** Whether a text may be in this language. */
function fits({ language, scores }: Detected, code: string): boolean {
  return language === code || (scores[code] ?? 0) > (scores[language] ?? 0) - margin;
}

function nameOf(code: string): string {
  return `${names.of(code) ?? code} (${code})`;
}

function same(language: string) {
  return { score: 1, label: "same", explanation: language };
}

function mismatch(explanation: string) {
  return { score: 0, label: "mismatch", explanation };
}
