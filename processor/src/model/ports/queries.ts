import type { Evaluation } from "../evaluation.js";
import type { Feedback } from "../feedback.js";
import type { Interaction, ModelCall } from "../interaction.js";
import type { CompositeQuality, PartScore, QualityPart } from "../quality.js";
import type { RawSpan } from "../telemetry.js";

/** One page of the list on the first page of the web interface. */
export interface InteractionSummary {
  readonly interaction_id: string;
  readonly trace_id: string;
  readonly started_at: number;
  readonly duration_ms: number;
  readonly service_name: string;
  readonly release: string;
  readonly feature: string;
  readonly user_id: string;
  readonly session_id: string;
  readonly model: string;
  readonly status: "ok" | "error";
  readonly error_type: string;
  /** Shortened to a few hundred characters. */
  readonly input_text: string;
  readonly output_text: string;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cost_usd: number | null;
  /** The newest outcome of each evaluator, in the order of the evaluators' names. */
  readonly scores: readonly Pick<
    Evaluation,
    "evaluator" | "outcome" | "reason" | "score" | "label"
  >[];
  readonly feedback: readonly Pick<
    Feedback,
    "kind" | "value" | "value_max" | "choice" | "comment"
  >[];
}

export interface InteractionDetail {
  readonly interaction: Interaction;
  readonly modelCalls: readonly ModelCall[];
  readonly spans: readonly RawSpan[];
  readonly evaluations: readonly Evaluation[];
  readonly feedback: readonly Feedback[];
  readonly quality: InteractionQuality;
  /** The turns of the same session, oldest first, this one among them. */
  readonly conversation: readonly Pick<
    Interaction,
    "interaction_id" | "started_at" | "input_text" | "output_text" | "status"
  >[];
}

/** The composite quality with the parts that are there. */
export interface InteractionQuality extends CompositeQuality {
  readonly parts: readonly (QualityPart & PartScore)[];
}

/** What the web pages and the demo's summary read (room `store`, needed by `serve`). */
export interface InteractionQueries {
  /** Newest first. */
  recent(options: RecentOptions): Promise<readonly InteractionSummary[]>;
  detail(interactionId: string): Promise<InteractionDetail | undefined>;
  /** Names of the services with interactions in the last 30 days, sorted. */
  services(): Promise<readonly string[]>;
}

/** A place in the list of interactions; the id decides between turns of the same millisecond. */
export type ListPosition = Pick<Interaction, "started_at" | "interaction_id">;

export interface RecentOptions {
  readonly limit: number;
  /** Only interactions older than this place. */
  readonly before?: ListPosition | undefined;
  readonly service?: string | undefined;
  readonly status?: Interaction["status"] | undefined;
}
