import { contentWords, numbersIn, sentencesOf } from "../words.js";
import { chance, type Chance } from "./chance.js";
import { lastText, record, type ChatRequest } from "./chat-request.js";
import type { Reply } from "./reply.js";

/** How often an answer goes wrong although the prompt ties it to the documents. */
const slips = 0.05;
/** How often it goes wrong where the prompt does not: what a careless prompt change does. */
const slipsUntied = 0.7;

const upsell = [
  "Great to hear from you! Have you seen our autumn collection yet? Members save every weekend.",
  "Thank you for shopping with us! Our team is proud of a wide range for every adventure.",
  "No worries at all! Take a look at the bestsellers on our home page, there is something for everybody.",
] as const;

const inventions = [
  "On top of that you receive a voucher worth 20 euros.",
  "Our couriers collect the parcel at your door free of charge within 2 hours.",
  "Premium customers are paid twice the price.",
] as const;

/**
 * Answers a shop's customers: with a tool call where the request brings a tool for the question,
 * else from the documents in the system prompt. It is as good as its prompt: told to keep to the
 * documents it seldom strays, and otherwise often.
 */
export function shopReply(request: ChatRequest, serverSeed: number): Reply {
  const question = lastText(request, "user");
  const draws = chance(serverSeed, `${request.seed} ${question}`);
  const last = request.messages.at(-1);
  if (last?.role === "tool") return text(fromTool(last.text, question));
  const order = /\b\d{5}\b/.exec(question)?.[0];
  if (request.tools.includes("order_status")) {
    return order === undefined
      ? text("Which order do you mean? Please tell me the order number, it has five digits.")
      : toolCall(order, draws);
  }
  return text(fromDocuments(lastText(request, "system"), question, draws));
}

function text(content: string): Reply {
  return { kind: "text", text: content };
}

function toolCall(order: string, draws: Chance): Reply {
  const id = `call_${Math.floor(draws.draw("call") * 2 ** 40).toString(36)}`;
  return {
    kind: "tool",
    id,
    name: "order_status",
    arguments: JSON.stringify({ order_number: order }),
  };
}

function fromTool(result: string, question: string): string {
  let order: Readonly<Record<string, unknown>>;
  try {
    order = record(JSON.parse(result));
  } catch {
    return "The order system did not answer. Please try again in a few minutes.";
  }
  const number = textOf(order["order_number"]) || (numbersIn(question)[0] ?? "");
  const state = textOf(order["state"]);
  if (state === "") return `There is no order ${number}. Please check the number.`;
  return `Your order ${number} ${state}. ${textOf(order["detail"])}`.trim();
}

function fromDocuments(system: string, question: string, draws: Chance): string {
  const [rules = "", documents = ""] = system.split("\nDocuments:\n");
  const tied = rules.includes("Answer only from the documents");
  const found = bestSentences(documents, question);
  if (draws.draw("slip") < (tied ? slips : slipsUntied)) return stray(found[0] ?? "", draws);
  if (found.length === 0) {
    return `Our documents do not say anything about "${question.slice(0, 80)}".`;
  }
  return found.join(" ");
}

function bestSentences(documents: string, question: string): readonly string[] {
  const ranked = sentencesOf(documents.replace(/^\[.*?\] /gm, ""))
    .map((sentence) => ({ sentence, score: shared(sentence, question) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score);
  return ranked.slice(0, 2).map(({ sentence }) => sentence);
}

function shared(sentence: string, question: string): number {
  const words = contentWords(question);
  return [...contentWords(sentence)].filter((word) => words.has(word)).length;
}

/** A wrong answer: beside the question, or to the point but made up. */
function stray(sentence: string, draws: Chance): string {
  if (sentence === "" || draws.draw("beside") < 0.4) return draws.pick("upsell", upsell);
  const changed = sentence.replace(/\d+/g, (digits) => String(Number(digits) * 3 + 1));
  const claims = changed === sentence || draws.draw("more") < 0.3;
  return claims ? `${changed} ${draws.pick("invention", inventions)}` : changed;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
