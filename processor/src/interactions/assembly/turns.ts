import type { RawSpan } from "../../model/telemetry.js";
import { assistantText } from "./conversation.js";
import { textOfParts } from "../dialects/message-parts.js";
import type { Message, SpanReading } from "../reading.js";
import type { InteractionScope } from "./roots.js";
import { byStart, descendants, endOf, type TraceTree } from "./trace-tree.js";

/** Spans that serve one request are one turn, whatever happens inside. */
const servers: ReadonlySet<string> = new Set(["Server", "Consumer"]);

/**
 * Splits a trace that holds a whole conversation into its turns. What runs below its root answers
 * one question after the other: each next call of a model repeats the answer before it and goes on
 * with what the user said then. Calls side by side under a root with words of its own may be one
 * answer that is worked over, so that there only agents or workflows side by side are turns. The
 * first turn keeps the identity of the whole, so that it stays the same interaction when the second
 * one arrives.
 */
export function splitTurns(
  scope: InteractionScope,
  readings: ReadonlyMap<string, SpanReading>,
  tree: TraceTree,
): InteractionScope[] {
  const { root } = scope;
  if (root !== undefined && servers.has(root.kind)) return [scope];
  const needsWrappers = hasWords(readings.get(root?.spanId ?? ""));
  const branches = scope.spans
    .filter((span) => span !== root && isTop(span, scope))
    .filter(({ spanId }) => !needsWrappers || readings.get(spanId)?.kind === "agent")
    .toSorted(byStart)
    .map((span) => ({ span, ...wordsOf(span, readings, tree) }));
  const starts = startsOfTurns(branches);
  if (starts.length < 2) return [scope];
  return starts.map(({ span: start }, index) => {
    const spans = branches
      .filter(({ span }) => turnOf(span, starts) === index)
      .flatMap(({ span }) => [span, ...descendants(span, tree)])
      .toSorted(byStart);
    return {
      rootId: index === 0 ? scope.rootId : start.spanId,
      root: start,
      spans,
      isComplete: scope.isComplete,
    };
  });
}

interface Branch {
  readonly span: RawSpan;
  /** What a model was asked in it, and what it answered, call by call. */
  readonly inputs: readonly (readonly Message[])[];
  readonly answers: readonly string[];
}

function isTop(span: RawSpan, scope: InteractionScope): boolean {
  return span.parentSpanId === scope.rootId || span.spanId === scope.rootId;
}

function hasWords(reading: SpanReading | undefined): boolean {
  return reading !== undefined && reading.input.length + reading.output.length > 0;
}

function wordsOf(
  span: RawSpan,
  readings: ReadonlyMap<string, SpanReading>,
  tree: TraceTree,
): Omit<Branch, "span"> {
  const generations = [span, ...descendants(span, tree)].flatMap(({ spanId }) => {
    const reading = readings.get(spanId);
    return reading?.kind === "generation" ? [reading] : [];
  });
  return {
    inputs: generations.map(({ input }) => input),
    answers: generations.map(({ output }) => assistantText(output)).filter((text) => text !== ""),
  };
}

/** The first branch, and each that goes on where an earlier one has ended. */
function startsOfTurns(branches: readonly Branch[]): Branch[] {
  const answered = new Set<string>();
  return branches.filter((branch, index) => {
    const isStart = index === 0 || branch.inputs.some((input) => goesOn(input, answered));
    for (const answer of branch.answers) answered.add(answer);
    return isStart;
  });
}

/** Whether a call repeats an earlier answer and adds words of the user. */
function goesOn(input: readonly Message[], answered: ReadonlySet<string>): boolean {
  if (answered.size === 0) return false;
  let hasNewWords = false;
  for (const { role, parts } of input.toReversed()) {
    const words = textOfParts(parts);
    if (role === "assistant" && answered.has(words)) return hasNewWords;
    if (role === "user" && words !== "") hasNewWords = true;
  }
  return false;
}

/** A branch belongs to the first turn that is not over when it starts, such as a search before it. */
function turnOf(span: RawSpan, starts: readonly Branch[]): number {
  const index = starts.findIndex((start) => endOf(start.span) >= span.start);
  return index < 0 ? starts.length - 1 : index;
}
