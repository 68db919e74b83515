import { textOfParts } from "../dialects/message-parts.js";
import type { Calls, LeafCall } from "./leaf-calls.js";
import type { Message, SpanReading } from "../reading.js";
import { compare, descendants, endOf, type TraceTree } from "./trace-tree.js";

/** What was asked and what was answered. */
export interface Conversation {
  /** The generation whose answer the user saw; undefined when none was read. */
  readonly final: LeafCall | undefined;
  readonly input: string;
  readonly output: string;
  readonly system: string;
}

/**
 * The answer is the final generation's, and the question is the last thing that a user said in
 * that same generation's input, so that the two always belong together. Where the final generation
 * does not repeat the question (a continued response, a wrapper that alone has the content), it is
 * looked for in the generations before it and in the wrappers around.
 */
export function findConversation(calls: Calls, tree: TraceTree): Conversation {
  const final = finalGeneration(calls, tree);
  const wrappers = calls.wrappers.map((call) => call.reading);
  const before = earlierReadings(calls, final);
  const question = [...(final === undefined ? [] : [final.reading]), ...before, ...wrappers];
  const answer = final === undefined ? "" : assistantText(final.reading.output);
  return {
    final,
    input: ownWords(
      firstText(question, (reading) => lastUserText(reading.input)),
      wrappers,
    ),
    output: answer || wrapperAnswer(calls, final),
    system: firstText(question, systemText),
  };
}

/**
 * Applications write the user's words into a template of theirs, with documents and instructions
 * around them. Where a wrapper has the words by themselves, these are the question.
 */
function ownWords(asked: string, wrappers: readonly SpanReading[]): string {
  const found = wrappers
    .map((reading) => lastUserText(reading.input))
    .find(
      (words) =>
        words.length >= shortestWords && words.length < asked.length && asked.includes(words),
    );
  return found ?? asked;
}

/** Shorter ones occur by chance, in characters. */
const shortestWords = 8;

/**
 * The last generation that is not the work of a tool. An outer wrapper that reports the answer
 * decides where calls of other purposes follow it, such as one that finds a title.
 */
function finalGeneration(calls: Calls, tree: TraceTree): LeafCall | undefined {
  const inTools = new Set(
    [...calls.tools, ...calls.retrievals].flatMap((call) =>
      descendants(call.span, tree).map((span) => span.spanId),
    ),
  );
  const outside = calls.generations.filter((call) => !inTools.has(call.span.spanId));
  const candidates = (outside.length > 0 ? outside : calls.generations).toSorted((left, right) =>
    compare(endOf(left.span), endOf(right.span)),
  );
  const outermost = calls.wrappers[0];
  const reported = outermost === undefined ? "" : assistantText(outermost.reading.output);
  const matching =
    reported === ""
      ? undefined
      : candidates.findLast((call) => assistantText(call.reading.output) === reported);
  return matching ?? withoutCallsAbout(candidates).at(-1);
}

/**
 * Leaves out the last calls as long as they are about the interaction: one that finds a title or
 * rates the answer quotes the question and the answer of an earlier one.
 */
function withoutCallsAbout(candidates: readonly LeafCall[]): readonly LeafCall[] {
  const last = candidates.at(-1);
  const rest = candidates.slice(0, -1);
  if (last === undefined) return candidates;
  const words = lastUserText(last.reading.input);
  const isAbout = rest.some(({ reading }) => {
    const [question, answer] = [lastUserText(reading.input), assistantText(reading.output)];
    const isLong = answer.length >= shortestWords && question !== words && question !== "";
    return isLong && words.includes(answer) && words.includes(question);
  });
  return isAbout ? withoutCallsAbout(rest) : candidates;
}

function earlierReadings(calls: Calls, final: LeafCall | undefined): SpanReading[] {
  if (final === undefined) return [];
  return calls.generations
    .filter((call) => call !== final && call.span.start <= final.span.start)
    .map((call) => call.reading)
    .toReversed();
}

/** A wrapper's answer counts where the final generation has no words of its own. */
function wrapperAnswer(calls: Calls, final: LeafCall | undefined): string {
  if (final !== undefined && final.span.statusCode === "Error") return "";
  return firstText(
    calls.wrappers.map((call) => call.reading),
    (reading) => assistantText(reading.output),
  );
}

function firstText(
  readings: readonly SpanReading[],
  textOf: (reading: SpanReading) => string,
): string {
  for (const reading of readings) {
    const text = textOf(reading);
    if (text !== "") return text;
  }
  return "";
}

/** What the user said last. Answers of tools that travel under the user's role are nobody's words. */
export function lastUserText(messages: readonly Message[]): string {
  const said = messages.findLast(
    (message) => message.role === "user" && textOfParts(message.parts) !== "",
  );
  return said === undefined ? "" : textOfParts(said.parts);
}

/** The words of the last message of the assistant that has any. */
export function assistantText(messages: readonly Message[]): string {
  const said = messages.findLast(
    (message) => message.role === "assistant" && textOfParts(message.parts) !== "",
  );
  return said === undefined ? "" : textOfParts(said.parts);
}

function systemText(reading: SpanReading): string {
  if (reading.systemInstructions !== "") return reading.systemInstructions;
  return reading.input
    .filter((message) => message.role === "system")
    .map((message) => textOfParts(message.parts))
    .join("\n");
}
