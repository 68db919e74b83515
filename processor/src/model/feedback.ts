export const feedbackKinds = [
  "thumbs",
  "rating",
  "choice",
  "comment",
  "correction",
  "copy",
  "edit",
  "retry",
  "abandon",
  "follow_up",
  "dwell",
  "escalation",
] as const;

export type FeedbackKind = (typeof feedbackKinds)[number];

/** One signal of a user. Field names are the columns of `calibrant.feedback`. */
export interface Feedback {
  /** A hash of the idempotency key, or of the content where there is none. */
  readonly feedback_id: string;
  /** Milliseconds since the Unix epoch. */
  readonly received_at: number;
  readonly occurred_at: number;
  readonly interaction_id: string;
  readonly trace_id: string;
  readonly span_id: string;
  readonly response_id: string;
  readonly kind: FeedbackKind;
  /** Thumbs: -1 or 1. Rating: as sent. Dwell: milliseconds. Null for kinds without a number. */
  readonly value: number | null;
  /** The highest value that the user could have given, where the sender says so: 4 of 5 stars. */
  readonly value_max: number | null;
  /** The text of a choice; empty otherwise. */
  readonly choice: string;
  readonly comment: string;
  readonly user_id: string;
  readonly source: "api" | "browser" | "otlp";
}
