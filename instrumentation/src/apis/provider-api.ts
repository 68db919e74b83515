import type { Attributes } from "@opentelemetry/api";
import type { CallContent } from "../call-content.js";
import type { JsonObject } from "../json.js";

/** Puts the pieces of a streamed answer together. */
export interface StreamCollector {
  /**
   * Takes one piece; answers true when the answer is complete.
   * @param event the name of the server-sent event, empty where it has none
   */
  add(piece: JsonObject, event: string): boolean;
  /** What has been received so far, in the form of the same API's answer without streaming. */
  response(): JsonObject;
}

/** What a call asks for. */
export interface CallTarget {
  readonly model: string | undefined;
  readonly stream: boolean;
}

/** One HTTP API of a model provider: how its calls are recognised and read. */
export interface ProviderApi {
  /** The value of `gen_ai.operation.name`. */
  readonly operation: string;
  /** Whether a path, without slashes at its end, is one of this API. */
  matches(path: string): boolean;
  /** The value of `gen_ai.provider.name` for a host that is nobody's we know. */
  provider(path: string): string;
  /** Whether a body sent to such a path really is a call of this API. */
  accepts(body: JsonObject): boolean;
  target(path: string, body: JsonObject): CallTarget;
  requestAttributes(body: JsonObject): Attributes;
  requestContent(body: JsonObject): CallContent;
  responseAttributes(body: JsonObject): Attributes;
  responseContent(body: JsonObject): CallContent;
  /** Undefined where the API does not stream. */
  collector(): StreamCollector | undefined;
  /**
   * Is found in every event after the first that holds something besides a piece of content. Events
   * without it are not read where content is not recorded. Undefined where nothing tells them apart.
   */
  readonly telling?: RegExp;
}

/** Of the APIs that name the model in the body. */
export function targetOfBody(_path: string, body: JsonObject): CallTarget {
  const model = body["model"];
  return {
    model: typeof model === "string" && model !== "" ? model : undefined,
    stream: body["stream"] === true,
  };
}
