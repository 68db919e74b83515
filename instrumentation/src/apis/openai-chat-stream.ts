import { isObject, listOf, numberOf, objectOf, parseJson, textOf } from "../json.js";
import type { JsonObject } from "../json.js";
import type { ServerSentEvent } from "../server-sent-events.js";
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

/** Puts `chat.completion.chunk` events together; `[DONE]` ends them. */
export class ChatStreamCollector implements StreamCollector {
  readonly #head: Record<string, unknown> = {};
  readonly #choices = new Map<number, Choice>();

  add(event: ServerSentEvent): boolean {
    if (event.data === "[DONE]") return true;
    const chunk = parseJson(event.data);
    if (!isObject(chunk)) return false;
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
    const choice = this.#choices.get(index) ?? {
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
    choice.content += textOf(delta["content"]) ?? "";
    choice.refusal += textOf(delta["refusal"]) ?? "";
    choice.reasoning += textOf(delta["reasoning_content"]) ?? textOf(delta["reasoning"]) ?? "";
    choice.finishReason = textOf(value["finish_reason"]) ?? choice.finishReason;
    for (const call of listOf(delta["tool_calls"])) addToolCall(choice.toolCalls, objectOf(call));
  }
}

function addToolCall(calls: Map<number, ToolCall>, value: JsonObject): void {
  const index = numberOf(value["index"]) ?? calls.size;
  const call = calls.get(index) ?? { id: undefined, name: "", arguments: "" };
  calls.set(index, call);
  const target = objectOf(value["function"]);
  call.id ??= textOf(value["id"]);
  call.name += textOf(target["name"]) ?? "";
  call.arguments += textOf(target["arguments"]) ?? "";
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
