import type { RawSpan } from "../model/telemetry.js";
import { assistantText } from "./conversation.js";
import { textOfParts } from "./dialects/message-parts.js";
import type { Message, SpanReading } from "./reading.js";
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
  const starts = branches.filter(
    (branch, index) =>
      index === 0 || branches.slice(0, index).some((past) => follows(branch, past)),
  );
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

/** Whether a call in a branch repeats an answer of an earlier one and adds words of the user. */
function follows(branch: Branch, earlier: Branch): boolean {
  return branch.inputs.some((input) => {
    const repeated = input.findLastIndex(
      ({ role, parts }) => role === "assistant" && earlier.answers.includes(textOfParts(parts)),
    );
    return (
      repeated >= 0 &&
      input.slice(repeated).some(({ role, parts }) => role === "user" && textOfParts(parts) !== "")
    );
  });
}

/** A branch belongs to the first turn that is not over when it starts, such as a search before it. */
function turnOf(span: RawSpan, starts: readonly Branch[]): number {
  const index = starts.findIndex((start) => endOf(start.span) >= span.start);
  return index < 0 ? starts.length - 1 : index;
}
