import type { Attributes } from "@opentelemetry/api";
import type { JsonObject } from "../json.js";
import type { ServerSentEvent } from "../server-sent-events.js";

/** Puts the pieces of a streamed answer together. */
export interface StreamCollector {
  /** Answers true when the answer is complete. */
  add(event: ServerSentEvent): boolean;
  /** What has been received so far, in the form of the same API's answer without streaming. */
  response(): JsonObject;
}

/** One HTTP API of a model provider: how its calls are recognised and read. */
export interface ProviderApi {
  /** The value of `gen_ai.operation.name`. */
  readonly operation: string;
  /** How the path of a call ends. */
  readonly path: string;
  /** Whether a body sent to such a path really is a call of this API. */
  accepts(body: JsonObject): boolean;
  /** @param content whether messages may be recorded */
  requestAttributes(body: JsonObject, content: boolean): Attributes;
  responseAttributes(body: JsonObject, content: boolean): Attributes;
  /** Undefined where the API does not stream. */
  collector(): StreamCollector | undefined;
}
