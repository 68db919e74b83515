import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codeEvaluator } from "#processor/evaluate/checks/code-check.js";
import { emptyAnswer } from "#processor/evaluate/checks/empty-answer.js";
import { refusal } from "#processor/evaluate/checks/refusal.js";
import { repetition, shingleSimilarity } from "#processor/evaluate/checks/repetition.js";
import { systemClock } from "#processor/kernel/clock.js";
import { pendingInteraction } from "../support/pending-interaction.js";

const answering = (output_text: string, previous_output = "") =>
  pendingInteraction({ output_text, previous_output });

describe("empty-answer", () => {
  it.each([
    ["", "empty"],
    [" \n\t ", "empty"],
    [":", "trivial"],
    ["...", "trivial"],
    ["{}", "trivial"],
    ["ok.", "trivial"],
    ["OK!", "trivial"],
    ["**Sure**", "trivial"],
    ["Let me think…", "trivial"],
    ["null", "trivial"],
    ["[object Object]", "trivial"],
    ["No.", "answered"],
    ["42", "answered"],
    ["Ja", "answered"],
    ["好", "answered"],
    ["Ok, your parcel arrives on Monday.", "answered"],
  ])("judges %j as %s", (text, label) => {
    const judgement = emptyAnswer.judge(answering(text));
    expect(judgement.label).toBe(label);
    expect(judgement.score).toBe(label === "answered" ? 1 : 0);
  });
});

describe("refusal", () => {
  it.each([
    "I'm sorry, but I can't help with that.",
    "I\u2019m sorry, I can\u2019t assist with that request.",
    "I am unable to provide medical advice.",
    "Unfortunately, I'm not able to discuss this topic.",
    "I cannot answer that question.",
    "I must decline to answer.",
    "As an AI language model, I don't have opinions.",
    "That goes against our guidelines.",
    "Dabei kann ich Ihnen leider nicht helfen.",
    "Es tut mir leid, ich kann diese Frage nicht beantworten.",
    "Je suis désolé, mais je ne peux pas vous aider.",
    "Lo siento, no puedo ayudarte con eso.",
    "Mi dispiace, non posso aiutarti con questa richiesta.",
    "Desculpe, não posso ajudar com isso.",
    "Sorry, ik kan u daar niet mee helpen.",
    "抱歉，我无法提供帮助。",
    "申し訳ありませんが、お答えできません。",
    "我无法为您提供医疗建议。",
    "죄송하지만 그 질문에는 답변드릴 수 없습니다.",
    "К сожалению, я не могу вам помочь с этим.",
    "Przykro mi, ale nie mogę pomóc w tej sprawie.",
    "Tyvärr, jag kan inte hjälpa dig med det.",
    "Beklager, jeg kan ikke svare på det spørsmålet.",
    "Üzgünüm, bu konuda yardımcı olamam.",
    "Omlouvám se, ale s tím vám nemohu pomoci.",
  ])("finds %j", (text) => {
    expect(refusal.judge(answering(text))).toMatchObject({ score: 0, label: "refused" });
  });

  it.each([
    "Worn shoes can be returned within 14 days.",
    "I can't find order 5521. Could you check the number?",
    "I can help with that: open your account and choose Orders.",
    "If the shop cannot help you, write to the ombudsman.",
    "Sie können die Schuhe nicht zurückgeben, wenn die Sohle Spuren zeigt.",
    "No puedes devolver zapatos usados.",
    "Вы не можете вернуть ношеную обувь, но я могу вам помочь.",
    "Nie możesz zwrócić używanych butów.",
    "您无法退回穿过的鞋子。",
    "신은 신발은 반품할 수 없습니다.",
    `${"The warranty runs for two years. ".repeat(20)}I cannot help with repairs abroad.`,
  ])("lets %j pass", (text) => {
    expect(refusal.judge(answering(text))).toMatchObject({ score: 1, label: "answered" });
  });

  it("names the words that it found", () => {
    const { explanation } = refusal.judge(answering("Well, I can't help with that."));
    expect(explanation).toBe(`English: "i can't help"`);
  });
});

describe("repetition", () => {
  const long =
    "You can return the shoes within 14 days. Print the label, put it on the parcel, and bring it to any post office near you.";

  it("finds an answer that is said again", () => {
    expect(repetition.judge(answering(long, long))).toMatchObject({ score: 0, label: "repeated" });
    expect(repetition.judge(answering(`  ${long.toUpperCase()}!!`, long)).label).toBe("repeated");
  });

  it("lets another answer pass", () => {
    const other = "The refund reaches your account three to five days after the parcel reaches us.";
    expect(repetition.judge(answering(other, long))).toMatchObject({ score: 1, label: "new" });
  });

  it("compares scripts without spaces", () => {
    expect(
      repetition.judge(answering("您可以在十四天内退货。", "您可以在十四天内退货")).label,
    ).toBe("repeated");
    expect(
      repetition.judge(answering("您可以在十四天内退货。", "请问您的订单号是多少？")).label,
    ).toBe("new");
  });

  it("has nothing to say without a previous answer, or of an answer of few words", () => {
    expect(repetition.inapplicable?.(answering(long, ""))).toBe("no previous answer");
    expect(repetition.inapplicable?.(answering("You're welcome!", "You're welcome!"))).toBe(
      "too short to compare",
    );
  });

  it("measures a symmetric share that is 1 for the same text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (left, right) => {
        const similarity = shingleSimilarity(left, right);
        expect(similarity).toBe(shingleSimilarity(right, left));
        expect(similarity).toBeGreaterThanOrEqual(0);
        expect(similarity).toBeLessThanOrEqual(1);
        expect(shingleSimilarity(left, left)).toBe(1);
      }),
    );
  });
});

describe("every check", () => {
  const checks = [emptyAnswer, refusal, repetition];

  it("scores any text from 0 to 1 and throws for none", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...checks),
        fc.string({ unit: "binary", maxLength: 2_000 }),
        async (check, text) => {
          const evaluator = codeEvaluator(check, systemClock);
          const verdict = await evaluator.evaluate(
            answering(text, text),
            new AbortController().signal,
          );
          expect(verdict).toMatchObject({ outcome: "scored", confidence: null });
        },
      ),
    );
  });

  it.each(checks.map((check) => [check.name, check] as const))(
    "%s skips what has no answer to judge",
    (_name, check) => {
      const evaluator = codeEvaluator(check, systemClock);
      const reasonFor = (changes: Parameters<typeof pendingInteraction>[0]) =>
        evaluator.inapplicable(pendingInteraction(changes));
      expect(reasonFor({ status: "error" })).toBe("interaction failed");
      expect(reasonFor({ operation: "embeddings" })).toBe("operation has no answer");
      expect(reasonFor({ input_text: "", output_text: "" })).toBe("no content captured");
      expect(reasonFor({})).toBeUndefined();
    },
  );

  it("has a version of its own", () => {
    const versions = checks.map((check) => codeEvaluator(check, systemClock).version);
    expect(new Set(versions).size).toBe(checks.length);
    for (const version of versions) expect(version).toMatch(/^[0-9a-f]{16}$/);
  });
});
