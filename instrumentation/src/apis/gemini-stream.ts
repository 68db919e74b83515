import { isObject, listOf, numberOf, objectOf, type JsonObject } from "../json.js";
import { mostPieces, TextBudget } from "../text-budget.js";
import type { StreamCollector } from "./provider-api.js";

interface Candidate {
  fields: JsonObject;
  readonly parts: Record<string, unknown>[];
}

/** Puts streamed pieces together, each of which has the form of a whole answer. */
export class GenerateStreamCollector implements StreamCollector {
  #head: JsonObject = {};
  readonly #candidates = new Map<number, Candidate>();
  readonly #budget = new TextBudget();

  add(piece: JsonObject): boolean {
    const { candidates, ...head } = piece;
    this.#head = { ...this.#head, ...head };
    for (const candidate of listOf(candidates)) this.#addCandidate(objectOf(candidate));
    // Nothing marks the last piece: usage comes with every one, and the finish reason with some.
    return false;
  }

  response(): JsonObject {
    const candidates = [...this.#candidates.entries()].toSorted(([a], [b]) => a - b);
    return {
      ...this.#head,
      candidates: candidates.map(([, { fields, parts }]) => ({ ...fields, content: { parts } })),
    };
  }

  #addCandidate(value: JsonObject): void {
    const index = numberOf(value["index"]) ?? 0;
    const known = this.#candidates.get(index);
    if (known === undefined && this.#candidates.size >= mostPieces) return;
    const candidate = known ?? { fields: {}, parts: [] };
    this.#candidates.set(index, candidate);
    candidate.fields = { ...candidate.fields, ...value };
    for (const part of listOf(objectOf(value["content"])["parts"])) {
      if (isObject(part)) this.#addPart(candidate.parts, part);
    }
  }

  /** Text continues the text before it, as long as both are thoughts or both are not. */
  #addPart(parts: Record<string, unknown>[], part: JsonObject): void {
    const last = parts.at(-1);
    if (typeof part["text"] !== "string") {
      if (parts.length < mostPieces) parts.push(withoutBytes(part));
      return;
    }
    const text = this.#budget.take(part["text"]);
    if (typeof last?.["text"] === "string" && last["thought"] === part["thought"]) {
      last["text"] += text;
    } else if (parts.length < mostPieces) {
      parts.push({ ...part, text });
    }
  }
}

/** Pictures are not recorded: they are not kept either. */
function withoutBytes(part: JsonObject): JsonObject {
  if (!isObject(part["inlineData"])) return part;
  return { ...part, inlineData: { mimeType: part["inlineData"]["mimeType"] } };
}
