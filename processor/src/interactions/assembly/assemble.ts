import type { Interaction, ModelCall } from "../../model/interaction.js";
import type { AssembledTrace, TraceRows } from "../../model/ports.js";
import type { RawSpan } from "../../model/telemetry.js";
import { judgeMark } from "../attribute-names.js";
import { readSpan } from "../dialects/dialects.js";
import { interactionRows, type RowOptions } from "./interaction-rows.js";
import type { SpanReading } from "../reading.js";
import { findScopes, type InteractionScope } from "./roots.js";
import { splitTurns } from "./turns.js";
import { buildTree, descendants, type TraceTree } from "./trace-tree.js";

/** Why a trace gave interactions or none. Every trace leaves with exactly one of these. */
export type TraceOutcome =
  | "assembled"
  /** Logs came, their spans have not (yet). */
  | "no_spans"
  /** Nothing in it speaks of GenAI. */
  | "no_genai"
  /** GenAI work, but no model or agent was asked anything: an index being built, a tool's server. */
  | "no_generation"
  /** Calls of Calibrant's own judges. */
  | "judge";

export interface Assembly {
  readonly trace: AssembledTrace;
  readonly outcome: TraceOutcome;
  /** Models whose price is not known, one entry for each call. */
  readonly unpriced: readonly string[];
  /** What could not be read as it should have been. */
  readonly notes: readonly string[];
}

export type AssemblyOptions = Omit<RowOptions, "others">;

/**
 * Makes interactions out of the rows of one trace. Pure, and it never throws: the rows may be in
 * any order, incomplete, doubled or hostile.
 */
export function assembleTrace(rows: TraceRows, options: AssemblyOptions): Assembly {
  const whole = buildTree(rows.spans, rows.logs);
  const tree = withoutJudges(whole);
  const readings = readAll(tree);
  const interactions: Interaction[] = [];
  const modelCalls: ModelCall[] = [];
  const unpriced: string[] = [];
  const scopes = findScopes(tree).flatMap((scope) => splitTurns(scope, readings, tree));
  const others = outside(scopes, tree, readings);
  for (const scope of scopes) {
    const found = interactionRows(scope, readings, tree, { ...options, others });
    if (found === undefined) continue;
    interactions.push(found.interaction);
    modelCalls.push(...found.modelCalls);
    unpriced.push(...found.unpriced);
  }
  return {
    trace: { traceId: rows.traceId, interactions, modelCalls },
    outcome: outcomeOf(interactions, whole, tree, readings),
    unpriced,
    notes: [...readings.values()].flatMap((reading) => reading.notes),
  };
}

function readAll(tree: TraceTree): ReadonlyMap<string, SpanReading> {
  const readings = new Map<string, SpanReading>();
  for (const span of tree.spans) {
    const reading = readSpan(span, tree.logsOf(span.spanId));
    if (reading !== undefined) readings.set(span.spanId, reading);
  }
  return readings;
}

/** The spans that belong to no GenAI work. */
function outside(
  scopes: readonly InteractionScope[],
  tree: TraceTree,
  readings: ReadonlyMap<string, SpanReading>,
): RawSpan[] {
  const isGenAi = ({ spans }: InteractionScope): boolean =>
    spans.some(({ spanId }) => (readings.get(spanId)?.kind ?? "none") !== "none");
  const inside = new Set(scopes.filter(isGenAi).flatMap(({ spans }) => spans));
  return tree.spans.filter((span) => !inside.has(span));
}

/** Takes out what is marked as a judge's work, with everything below it. */
function withoutJudges(tree: TraceTree): TraceTree {
  const marked = tree.spans.filter(isJudge);
  if (marked.length === 0) return tree;
  const removed = new Set(
    marked.flatMap((span) => [span, ...descendants(span, tree)]).map((span) => span.spanId),
  );
  const rest = tree.spans.filter((span) => !removed.has(span.spanId));
  return buildTree(
    rest,
    rest.flatMap((span) => tree.logsOf(span.spanId)),
  );
}

function isJudge(span: RawSpan): boolean {
  return span.attributes.get(judgeMark) === "true" || span.resource.get(judgeMark) === "true";
}

function outcomeOf(
  interactions: readonly Interaction[],
  whole: TraceTree,
  tree: TraceTree,
  readings: ReadonlyMap<string, SpanReading>,
): TraceOutcome {
  if (interactions.length > 0) return "assembled";
  if (whole.spans.length === 0) return "no_spans";
  if (tree.spans.length < whole.spans.length) return "judge";
  return [...readings.values()].some(({ kind }) => kind !== "none") ? "no_generation" : "no_genai";
}
