import type { InteractionReference } from "@calibrant/instrumentation";
import type { Clock } from "../../kernel/clock.js";
import type { Answer, Assistant, Turn } from "./assistant.js";
import { reactions, retried, type FeedbackEvent } from "./feedback.js";
import { features, type Feature } from "./prompts.js";
import { askAbout, isRight, type Question } from "./questions.js";

export interface CustomersOptions {
  readonly assistant: Assistant;
  readonly clock: Clock;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  /** Turns that all customers together take in a second. */
  readonly rate: number;
  /** Makes the names of sessions different from those of another process. */
  readonly prefix: string;
  readonly send: (events: readonly FeedbackEvent[]) => Promise<unknown>;
  readonly signal: AbortSignal;
}

interface Customer {
  readonly id: string;
  readonly segment: string;
}

const customers: readonly Customer[] = Array.from({ length: 40 }, (_none, index) => ({
  id: `customer-${String(index + 1).padStart(2, "0")}`,
  segment: index < 24 ? "free" : index < 34 ? "plus" : "business",
}));

/** Seconds that a customer reads before the next question; they set how many sessions run at once. */
const reading = 1.5;

/** Keeps customers coming until the signal; resolves when the last session has ended. */
export async function serveCustomers(options: CustomersOptions): Promise<void> {
  const { rate, clock, random, signal } = options;
  const places = Math.max(1, Math.round(rate * reading));
  let started = 0;
  const place = async (): Promise<void> => {
    await clock.sleep(random() * reading * 1_000, signal);
    while (!signal.aborted) await session(options, ++started);
  };
  await Promise.all(Array.from({ length: places }, place));
}

/** One conversation of one to four turns, most of them on one feature. */
async function session(options: CustomersOptions, number: number): Promise<void> {
  const { random, clock, signal, prefix } = options;
  const customer = oneOf(customers, random);
  const sessionId = `${prefix}-${number}`;
  const turns = 1 + Math.floor(random() * 4);
  let feature: Feature = oneOf(features, random);
  const history: { role: "user" | "assistant"; content: string }[] = [];
  let question = askAbout(feature, random);
  for (let at = 0; at < turns && !signal.aborted; at++) {
    const turn = {
      userId: customer.id,
      segment: customer.segment,
      sessionId,
      feature,
      question: question.text,
      history: history.slice(-4),
      seed: Math.floor(random() * 1_000_000),
    };
    const outcome = await take(options, turn, question);
    if (outcome.answer !== undefined) {
      history.push(
        { role: "user", content: question.text },
        { role: "assistant", content: outcome.answer.text },
      );
    }
    await clock.sleep((0.5 + random()) * reading * 1_000, signal);
    if (outcome.again) continue;
    if (random() < 0.2) feature = oneOf(features, random);
    question = askAbout(feature, random);
  }
}

/** One turn and what the customer says about it; `again` when the same question is asked once more. */
async function take(
  { assistant, random, clock, send, signal }: CustomersOptions,
  turn: Turn,
  question: Question,
): Promise<{ readonly answer: Answer | undefined; readonly again: boolean }> {
  let interaction: InteractionReference | undefined;
  let answer: Answer | undefined;
  try {
    answer = await assistant.answer(turn, (started) => {
      interaction = started;
    });
  } catch {
    // The span of the turn says what failed; the customer sees an apology and may try again.
  }
  if (interaction === undefined) return { answer, again: false };
  const right = answer !== undefined && isRight(question, answer.text);
  const again = !right && random() < 0.3;
  const events = [
    ...reactions(interaction, turn.userId, right, random),
    ...(again ? [retried(interaction, turn.userId)] : []),
  ];
  // Some answer at once, before the trace has been exported; others think it over.
  const wait = random() < 0.3 ? 0 : 500 + random() * 4_000;
  void clock.sleep(wait, signal).then(() => send(events));
  return { answer, again };
}

function oneOf<T>(choices: readonly T[], random: () => number): T {
  const choice = choices[Math.floor(random() * choices.length)];
  if (choice === undefined) throw new Error("there is nothing to choose from");
  return choice;
}
