import type { Feature } from "./prompts.js";

/** A question, and words of which a right answer has at least one: what the customer would know it by. */
export interface Question {
  readonly text: string;
  readonly expects: readonly string[];
}

const productSearch: readonly Question[] = [
  { text: "Which hiking boots are waterproof?", expects: ["Fjell"] },
  { text: "What do the waterproof hiking boots cost?", expects: ["189"] },
  { text: "Do you sell trail running shoes that dry quickly?", expects: ["Sprint"] },
  { text: "How much does the tent for 2 people weigh?", expects: ["1.9"] },
  { text: "Which sleeping bag keeps warm below zero degrees?", expects: ["Nova", "minus 8"] },
  { text: "How many litres does the backpack hold?", expects: ["45"] },
  { text: "Is there a rain jacket with taped seams?", expects: ["Storm"] },
  { text: "How fast does the stove boil water?", expects: ["3 minutes"] },
  { text: "How long does the headlamp shine?", expects: ["5 hours"] },
  { text: "What does the sleeping bag with down cost?", expects: ["279"] },
];

const returns: readonly Question[] = [
  { text: "How many days do I have to return unused goods?", expects: ["30 days"] },
  { text: "When is my refund paid?", expects: ["5 working days"] },
  { text: "Can I return worn shoes?", expects: ["14 days"] },
  { text: "Is an exchange for another size free?", expects: ["free once"] },
  { text: "My goods arrived damaged, what should I do?", expects: ["photo", "7 days"] },
  { text: "Can sale items be returned?", expects: ["store credit"] },
  { text: "How long does the warranty on my tent run?", expects: ["3 years"] },
  { text: "Can I return a gift without the receipt?", expects: ["order number", "store credit"] },
  {
    text: "What does the parcel cost for returns from outside the European Union?",
    expects: ["12"],
  },
  { text: "Do you take back an opened climbing rope?", expects: ["never", "unopened"] },
];

const orderQuestions = [
  "Where is my order NUMBER?",
  "Has order NUMBER been shipped yet?",
  "When will my order NUMBER arrive?",
  "What is the state of order NUMBER?",
] as const;

/**
 * A question of a customer on a feature.
 * @param random numbers in [0, 1)
 */
export function askAbout(feature: Feature, random: () => number): Question {
  if (feature === "order_status") {
    const number = String(10_000 + Math.floor(random() * 60_000));
    const template =
      orderQuestions[Math.floor(random() * orderQuestions.length)] ?? orderQuestions[0];
    return { text: template.replace("NUMBER", number), expects: [number] };
  }
  const questions = feature === "returns" ? returns : productSearch;
  const question = questions[Math.floor(random() * questions.length)];
  if (question === undefined) throw new Error(`no question about ${feature}`);
  return question;
}

/** Whether a customer would take the answer for a right one. */
export function isRight(question: Question, answer: string): boolean {
  return question.expects.some((words) => answer.includes(words));
}
