import { listOf, numberOf, objectOf, textOf, type JsonObject } from "../json.js";
import { mostPieces, TextBudget } from "../text-budget.js";
import type { StreamCollector } from "./provider-api.js";

interface ToolCall {
  id: string | undefined;
  name: string;
  arguments: string;
}

interface Choice {
  role: string | undefined;
  content: string;
  refusal: string;
  reasoning: string;
  finishReason: string | undefined;
  readonly toolCalls: Map<number, ToolCall>;
}

/** Puts `chat.completion.chunk` events together. */
export class ChatStreamCollector implements StreamCollector {
  readonly #head: Record<string, unknown> = {};
  readonly #choices = new Map<number, Choice>();
  readonly #budget = new TextBudget();

  add(chunk: JsonObject): boolean {
    for (const field of ["id", "model", "usage", "system_fingerprint", "service_tier"]) {
      const value = chunk[field];
      if (value !== undefined && value !== null && value !== "") this.#head[field] = value;
    }
    for (const choice of listOf(chunk["choices"])) this.#addChoice(objectOf(choice));
    return false;
  }

  response(): JsonObject {
    const choices = [...this.#choices.entries()].toSorted(([a], [b]) => a - b);
    return { ...this.#head, choices: choices.map(([index, choice]) => completed(index, choice)) };
  }

  #addChoice(value: JsonObject): void {
    const index = numberOf(value["index"]) ?? 0;
    const known = this.#choices.get(index);
    if (known === undefined && this.#choices.size >= mostPieces) return;
    const choice = known ?? {
      role: undefined,
      content: "",
      refusal: "",
      reasoning: "",
      finishReason: undefined,
      toolCalls: new Map<number, ToolCall>(),
    };
    this.#choices.set(index, choice);
    const delta = objectOf(value["delta"]);
    choice.role ??= textOf(delta["role"]);
    choice.content += this.#budget.take(delta["content"]);
    choice.refusal += this.#budget.take(delta["refusal"]);
    choice.reasoning += this.#budget.take(delta["reasoning_content"] ?? delta["reasoning"]);
    choice.finishReason = textOf(value["finish_reason"]) ?? choice.finishReason;
    for (const call of listOf(delta["tool_calls"])) {
      this.#addToolCall(choice.toolCalls, objectOf(call));
    }
  }

  #addToolCall(calls: Map<number, ToolCall>, value: JsonObject): void {
    const index = numberOf(value["index"]) ?? calls.size;
    const known = calls.get(index);
    if (known === undefined && calls.size >= mostPieces) return;
    const call = known ?? { id: undefined, name: "", arguments: "" };
    calls.set(index, call);
    const target = objectOf(value["function"] ?? value["custom"]);
    call.id ??= textOf(value["id"]);
    call.name += this.#budget.take(target["name"]);
    call.arguments += this.#budget.take(target["arguments"] ?? target["input"]);
  }
}

function completed(index: number, choice: Choice): JsonObject {
  return {
    index,
    finish_reason: choice.finishReason,
    message: {
      role: choice.role ?? "assistant",
      content: choice.content,
      refusal: choice.refusal,
      reasoning_content: choice.reasoning,
      tool_calls: [...choice.toolCalls.values()].map((call) => ({
        id: call.id,
        function: { name: call.name, arguments: call.arguments },
      })),
    },
  };
}
