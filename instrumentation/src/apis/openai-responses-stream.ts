import { isObject, numberOf, parseJson, textOf, type JsonObject } from "../json.js";
import type { ServerSentEvent } from "../server-sent-events.js";
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
  #complete = false;

  add(event: ServerSentEvent): boolean {
    const body = parseJson(event.data);
    if (!isObject(body)) return false;
    const type = textOf(body["type"]) ?? event.name;
    if (isObject(body["response"])) this.#response = body["response"];
    if (type === "response.output_text.delta") {
      const index = numberOf(body["output_index"]) ?? 0;
      this.#texts.set(index, (this.#texts.get(index) ?? "") + (textOf(body["delta"]) ?? ""));
    }
    if (lastEvents.has(type)) this.#complete = true;
    return this.#complete;
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
