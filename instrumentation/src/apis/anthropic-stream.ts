import { isObject, numberOf, objectOf, parsedOrText, textOf, type JsonObject } from "../json.js";
import { mostPieces, TextBudget } from "../text-budget.js";
import type { StreamCollector } from "./provider-api.js";

interface Block {
  readonly start: JsonObject;
  text: string;
  thinking: string;
  input: string;
}

/** Puts the events of a streamed message together; `message_stop` ends them. */
export class MessageStreamCollector implements StreamCollector {
  #message: JsonObject = {};
  #usage: Record<string, unknown> = {};
  #end: JsonObject = {};
  readonly #blocks = new Map<number, Block>();
  readonly #budget = new TextBudget();

  add(piece: JsonObject, event: string): boolean {
    switch (textOf(piece["type"]) ?? event) {
      case "message_start":
        this.#message = objectOf(piece["message"]);
        this.#usage = { ...objectOf(this.#message["usage"]) };
        return false;
      case "content_block_start":
        this.#start(numberOf(piece["index"]), piece["content_block"]);
        return false;
      case "content_block_delta":
        this.#addDelta(numberOf(piece["index"]), objectOf(piece["delta"]));
        return false;
      case "message_delta":
        this.#end = { ...this.#end, ...objectOf(piece["delta"]) };
        this.#addUsage(objectOf(piece["usage"]));
        return false;
      default:
        return piece["type"] === "message_stop";
    }
  }

  response(): JsonObject {
    const blocks = [...this.#blocks.entries()].toSorted(([a], [b]) => a - b);
    return {
      ...this.#message,
      ...this.#end,
      content: blocks.map(([, block]) => completed(block)),
      usage: this.#usage,
    };
  }

  #start(index: number | undefined, block: unknown): void {
    if (index === undefined || !isObject(block) || this.#blocks.size >= mostPieces) return;
    this.#blocks.set(index, { start: block, text: "", thinking: "", input: "" });
  }

  #addDelta(index: number | undefined, delta: JsonObject): void {
    const block = index === undefined ? undefined : this.#blocks.get(index);
    if (block === undefined) return;
    block.text += this.#budget.take(delta["text"]);
    block.thinking += this.#budget.take(delta["thinking"]);
    block.input += this.#budget.take(delta["partial_json"]);
  }

  /** Counts of a later event are of the whole message so far; null says nothing. */
  #addUsage(usage: JsonObject): void {
    for (const [field, value] of Object.entries(usage)) {
      if (value !== null) this.#usage[field] = value;
    }
  }
}

function completed({ start, text, thinking, input }: Block): JsonObject {
  return {
    ...start,
    ...(text === "" ? {} : { text: (textOf(start["text"]) ?? "") + text }),
    ...(thinking === "" ? {} : { thinking: (textOf(start["thinking"]) ?? "") + thinking }),
    ...(input === "" ? {} : { input: parsedOrText(input) }),
  };
}
