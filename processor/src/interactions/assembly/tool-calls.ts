import { isRecord, parseJson } from "../dialects/attribute-values.js";
import type { Calls, LeafCall } from "./leaf-calls.js";
import type { MessagePart } from "../reading.js";

/** One call of a tool, as a span, as the model's wish, or as both. */
export interface ToolCall {
  readonly name: string;
  readonly arguments: string;
  readonly result: string;
  /** The tool's own span, where the application has one. */
  readonly call: LeafCall | undefined;
  /** The generation that asked for it, where that was read. */
  readonly askedBy: LeafCall | undefined;
}

interface Wish {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
  /** To be compared with those of a tool's span. */
  readonly canonical: string;
  readonly askedBy: LeafCall;
}

/**
 * Joins what models asked for with the spans of tools: by the call's id, else by the tool's name
 * in order of time. Spans of tools often lack arguments and result, which the messages have; and
 * many applications have no spans for tools at all.
 */
export function findToolCalls(calls: Calls): ToolCall[] {
  const results = resultsOf(calls);
  const open = wishesOf(calls);
  const joined = calls.tools.map((call): ToolCall => {
    const wish = takeMatching(open, call);
    const id = call.reading.toolCallId || (wish?.id ?? "");
    return {
      name: call.reading.toolName || wish?.name || call.span.name,
      arguments: call.reading.toolArguments || (wish?.arguments ?? ""),
      result: call.reading.toolResult || (results.get(id) ?? ""),
      call,
      askedBy: wish?.askedBy,
    };
  });
  const withoutSpan = open.map((wish): ToolCall => ({
    name: wish.name,
    arguments: wish.arguments,
    result: results.get(wish.id) ?? "",
    call: undefined,
    askedBy: wish.askedBy,
  }));
  return [...joined, ...withoutSpan];
}

function wishesOf(calls: Calls): Wish[] {
  const seen = new Set<string>();
  return calls.generations.flatMap((askedBy) =>
    partsOf(askedBy, "output").flatMap((part): Wish[] => {
      if (part.kind !== "tool_call" || (part.id !== "" && seen.has(part.id))) return [];
      seen.add(part.id);
      const canonical = canonicalArguments(part.arguments);
      return [{ id: part.id, name: part.name, arguments: part.arguments, canonical, askedBy }];
    }),
  );
}

function resultsOf(calls: Calls): ReadonlyMap<string, string> {
  const results = new Map<string, string>();
  for (const call of calls.generations) {
    for (const part of [...partsOf(call, "input"), ...partsOf(call, "output")]) {
      if (part.kind === "tool_call_response" && part.id !== "") results.set(part.id, part.result);
    }
  }
  return results;
}

function partsOf(call: LeafCall, side: "input" | "output"): readonly MessagePart[] {
  return call.reading[side].flatMap((message) => message.parts);
}

/**
 * Takes the wish that a tool's span fulfils out of the open ones: by the call's id, else by the
 * tool's name, else by the arguments, since functions are often named otherwise than their tools.
 */
function takeMatching(open: Wish[], { reading, span }: LeafCall): Wish | undefined {
  const canonical = canonicalArguments(reading.toolArguments);
  const before = (wish: Wish): boolean => wish.askedBy.span.start <= span.start;
  const ways: readonly ((wish: Wish) => boolean)[] =
    reading.toolCallId !== "" && open.some(({ id }) => id === reading.toolCallId)
      ? [(wish) => wish.id === reading.toolCallId]
      : [
          (wish) => wish.name === reading.toolName && before(wish),
          (wish) => canonical !== "" && wish.canonical === canonical && before(wish),
        ];
  const index = ways.map((way) => open.findIndex(way)).find((found) => found >= 0) ?? -1;
  return index < 0 ? undefined : open.splice(index, 1)[0];
}

/** Named arguments in the order of their names; empty for none, which are alike for all calls. */
function canonicalArguments(text: string): string {
  const value = parseJson(text);
  if (!isRecord(value)) return "";
  const names = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return names.length === 0 ? "" : JSON.stringify(names);
}
