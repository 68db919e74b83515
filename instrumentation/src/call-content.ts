import type { Attributes } from "@opentelemetry/api";
import { genAi } from "./attributes.js";
import type { FaultGuard } from "./faults.js";
import { isObject, parseJson } from "./json.js";
import type { Message, MessagePart } from "./messages.js";

/** One document that a search found. */
export interface RetrievedDocument {
  readonly id?: string;
  readonly content?: string;
  readonly score?: number;
}

/** What people, models and tools wrote in one call: the only part of a span that can hold it. */
export interface CallContent {
  readonly inputMessages?: readonly Message[] | undefined;
  readonly systemInstructions?: readonly MessagePart[] | undefined;
  readonly toolDefinitions?: readonly unknown[] | undefined;
  readonly outputMessages?: readonly Message[] | undefined;
  /** What `withTool` was given, as JSON says it. */
  readonly toolArguments?: unknown;
  /** What the work of `withTool` gave back, as JSON says it. */
  readonly toolResult?: unknown;
  readonly retrievalQuery?: string | undefined;
  readonly retrievedDocuments?: readonly RetrievedDocument[] | undefined;
  /**
   * What was said of a failure: by a provider or the network, or by what ran within `withTool`,
   * `withRetrieval` or `withInteraction`. Providers do quote the request in it.
   */
  readonly errorMessage?: string | undefined;
}

/** Answers the content as it may be recorded. What it leaves out is not recorded. */
export type Redact = (content: CallContent) => CallContent;

/** Decides which content goes onto a span, and in which form. */
export class ContentRecorder {
  /** Whether messages are recorded. */
  readonly captured: boolean;
  readonly #redact: Redact | undefined;
  readonly #guard: FaultGuard;

  constructor(captured: boolean, redact: Redact | undefined, guard: FaultGuard) {
    this.captured = captured;
    this.#redact = redact;
    this.#guard = guard;
  }

  /** Whether error messages have to be asked for with `errorMessage`. */
  get redacts(): boolean {
    return this.#redact !== undefined;
  }

  /** @param read makes the content; not called where content is not to be recorded */
  attributes(read: () => CallContent): Attributes {
    if (!this.captured) return {};
    const content = this.#redacted(read());
    return {
      [genAi.inputMessages]: jsonOf(content.inputMessages),
      [genAi.systemInstructions]: jsonOf(content.systemInstructions),
      [genAi.toolDefinitions]: jsonOf(content.toolDefinitions),
      [genAi.outputMessages]: jsonOf(content.outputMessages),
    };
  }

  /** The same for a tool or a search; what the hook gets is a copy of the application's values. */
  toolAttributes(content: CallContent): Attributes {
    if (!this.captured) return {};
    const kept = this.redacts ? this.#redacted(copyOf(content)) : content;
    const query: unknown = kept.retrievalQuery;
    return {
      [genAi.toolCallArguments]: textOfJson(kept.toolArguments),
      [genAi.toolCallResult]: textOfJson(kept.toolResult),
      [genAi.retrievalQuery]: typeof query === "string" ? query : undefined,
      [genAi.retrievalDocuments]: textOfJson(kept.retrievedDocuments),
    };
  }

  /** Undefined where the message must not be recorded. */
  errorMessage(errorMessage: string): string | undefined {
    const message: unknown = this.#redacted({ errorMessage }).errorMessage;
    return typeof message === "string" ? message : undefined;
  }

  /** A hook that throws, or answers something else than content, costs the content: it never leaks. */
  #redacted(content: CallContent): CallContent {
    const redact = this.#redact;
    if (redact === undefined) return content;
    return (
      this.#guard.run("Redacting content", () => {
        const answer: unknown = redact(content);
        if (!isObject(answer) || answer instanceof Promise) {
          throw new TypeError("redact must answer an object of content, not a promise");
        }
        return answer;
      }) ?? {}
    );
  }
}

function jsonOf(list: unknown): string | undefined {
  return Array.isArray(list) && list.length > 0 ? JSON.stringify(list) : undefined;
}

/** Without what JSON cannot say; empty where the whole is such, as a circle is. */
function copyOf(content: CallContent): CallContent {
  return parseJson(textOfJson(content) ?? "{}") as CallContent;
}

/** Undefined for what JSON cannot say, such as a function or a circle. */
function textOfJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
