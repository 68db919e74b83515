import type { Feedback } from "../feedback.js";

/** What became of the feedback events of one request: all of them were stored, or none. */
export type FeedbackReceipt =
  | {
      readonly outcome: "accepted";
      /** One for each event, in the order in which they were sent. */
      readonly feedbackIds: readonly string[];
    }
  | {
      readonly outcome: "rejected";
      /** Everything wrong, each with the path of its field, such as `[1].value`. */
      readonly faults: readonly { readonly path: string; readonly message: string }[];
    };

/** Who sends feedback. */
export interface FeedbackSender {
  /** Whether it has shown an API key, or nobody is asked for one. */
  readonly admitted: boolean;
  /** Of the network, as far as it is known. */
  readonly address: string;
}

/** What web pages may do at the feedback door. */
export interface BrowserAccess {
  /** Of pages on other hosts, as browsers send them. */
  readonly origins: ReadonlySet<string>;
  /** Whether a token may stand for an API key. */
  readonly takesTokens: boolean;
  /** The header in which a proxy names the client's address. */
  readonly addressHeader: string | undefined;
}

/** Takes feedback from outside (room `feedback`, needed by `serve`). */
export interface FeedbackDoor {
  /** Undefined: pages of the service's own host only, and no tokens. */
  readonly browsers?: BrowserAccess;
  /**
   * Resolves when the events are durable, or with what is wrong with them.
   * @param body one event or an array of them, as parsed from JSON
   * @param sender default: one who is trusted
   * @throws CalibrantError SPOOL_FULL and RATE_LIMITED (retryable), FEEDBACK_TOKEN_MISSING,
   *   _INVALID, _EXPIRED and _MISMATCH
   */
  accept(
    body: unknown,
    source: Feedback["source"],
    sender?: FeedbackSender,
  ): Promise<FeedbackReceipt>;
}

/** The service's own metrics as text (built at start, needed by `serve`). */
export interface MetricsText {
  /** The content type that belongs to the text. */
  readonly contentType: string;
  /** Collects now; Prometheus exposition format. */
  text(): Promise<string>;
}

/** Whether a part can do its work; `serve` shows it at /readyz. */
export interface Readiness {
  readonly name: string;
  /** Undefined when ready; otherwise a sentence that says what is wrong and what to do. */
  problem(): string | undefined;
}
