import type { Block, Load } from "../block.js";

/** What one room needs of another. `house.ts` hands the implementations over. */

/** Durable intake (room `spool`, needed by `receive` and `feedback`). */
export interface Intake {
  /**
   * Resolves when the blocks are on disk and fsynced; all of them or, after a crash, none.
   * @throws CalibrantError SPOOL_FULL (retryable)
   */
  append(blocks: readonly Block[]): Promise<void>;
}

/** Whether the intake has room (room `spool`, needed by `receive`). */
export interface Pressure {
  /** A sentence that says why senders should wait, or undefined while there is room. */
  pressure(): string | undefined;
}

/** What a caller may be allowed to do. `admin` includes the others. */
export type Scope = "ingest" | "feedback" | "read" | "review" | "admin";

/** The headers of a request that can hold an API key. */
export interface Credentials {
  readonly authorization: string | undefined;
  /** `x-api-key`. */
  readonly apiKey: string | undefined;
}

/** Who may do what (room `admission`, needed by `receive` and `serve`). */
export interface Admission {
  /** False when no keys are configured: then nobody is asked for one. */
  readonly required: boolean;
  /**
   * @param door which server asks, for the metrics
   * @throws CalibrantError UNAUTHENTICATED without a key that is known, PERMISSION_DENIED when the
   * key has not the scope
   */
  admit(credentials: Credentials, scope: Scope, door: "http" | "grpc" | "web"): void;
}

export type RequestEncoding = "protobuf" | "json";

/** A request in columns. `accepted + rejected` is the number of items that were sent. */
export interface DecodedRequest {
  readonly blocks: readonly Block[];
  readonly accepted: number;
  readonly rejected: number;
  /** How many items were rejected for which reason (a stable word, such as `trace_id_invalid`). */
  readonly reasons: ReadonlyMap<string, number>;
  /** For the sender: the reasons with the place of the first item of each; empty when none. */
  readonly message: string;
  /**
   * Gives the memory of the blocks back for later requests. To be called once, when nobody reads
   * them any more; or never, which costs no more than the memory.
   */
  release(): void;
}

/**
 * Turns OTLP requests into blocks (room `decode`, needed by `receive`). Each function takes the
 * body of one request, decompressed.
 * @throws CalibrantError REQUEST_MALFORMED with the place of the fault, or REQUEST_TOO_LARGE
 */
export interface Decoder {
  traces(body: Uint8Array, encoding: RequestEncoding): DecodedRequest;
  logs(body: Uint8Array, encoding: RequestEncoding): DecodedRequest;
  /** Metrics are not stored: answers how many data points the request holds. */
  metrics(body: Uint8Array, encoding: RequestEncoding): number;
}

/**
 * Takes what the configuration names out of texts before anything is written to disk (room
 * `redact`, needed by `decode` and `feedback`).
 */
export interface Redactor {
  /** The text without what the rules find in it; the text itself when that is nothing. */
  text(text: string): string;
  /** The same for UTF-8 between `start` and `end`; undefined when nothing is found. */
  bytes(source: Uint8Array, start: number, end: number): Uint8Array | undefined;
  /** Whether the attribute with the name between `start` and `end` is dropped. */
  drops(source: Uint8Array, start: number, end: number): boolean;
}

/** Where the spool's loader puts blocks (room `store`). */
export interface LoadSink {
  /**
   * Stores the rows once, however often the same token is sent.
   * @throws CalibrantError STORE_UNAVAILABLE (retryable) or STORE_REFUSED
   */
  load(load: Load): Promise<void>;
}
