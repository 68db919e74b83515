import { isObject, numberOf, textOf, type JsonObject } from "../json.js";
import { mostPieces, TextBudget } from "../text-budget.js";
import type { StreamCollector } from "./provider-api.js";

const lastEvents: ReadonlySet<string> = new Set([
  "response.completed",
  "response.incomplete",
  "response.failed",
]);

/**
 * Follows the events of a streamed response. The last event carries the whole answer; the text
 * pieces are kept for a stream that ends before it.
 */
export class ResponsesStreamCollector implements StreamCollector {
  #response: JsonObject = {};
  readonly #texts = new Map<number, string>();
  readonly #budget = new TextBudget();
  #complete = false;

  add(body: JsonObject, event: string): boolean {
    const type = textOf(body["type"]) ?? event;
    if (isObject(body["response"])) this.#response = body["response"];
    if (type === "response.output_text.delta") this.#addText(body);
    if (lastEvents.has(type)) this.#complete = true;
    return this.#complete;
  }

  #addText(body: JsonObject): void {
    const index = numberOf(body["output_index"]) ?? 0;
    const text = this.#texts.get(index);
    if (text === undefined && this.#texts.size >= mostPieces) return;
    this.#texts.set(index, (text ?? "") + this.#budget.take(body["delta"]));
  }

  response(): JsonObject {
    if (this.#complete) return this.#response;
    const received = [...this.#texts.entries()].toSorted(([a], [b]) => a - b);
    const output = received.map(([, text]) => ({
      type: "message",
      content: [{ type: "output_text", text }],
    }));
    return { ...this.#response, output };
  }
}
