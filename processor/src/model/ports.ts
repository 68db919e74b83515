import type { Block, Load } from "./block.js";
import type { Evaluation } from "./evaluation.js";
import type { Feedback } from "./feedback.js";
import type { Interaction, ModelCall, TurnMarks } from "./interaction.js";
import type { RawLog, RawSpan } from "./telemetry.js";

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

/** A place in the order of arrivals: by time, then by trace. */
export interface ArrivalPosition {
  /** Store clock, milliseconds since the Unix epoch. */
  readonly arrivedAt: number;
  readonly traceId: string;
}

/** Rows of one trace that reached the store at one moment. */
export interface TraceArrival extends ArrivalPosition {
  /** The service that sent them, one of several; empty where rows of an earlier version name none. */
  readonly service: string;
  readonly spans: number;
  readonly logs: number;
  /** Spans without a parent. */
  readonly roots: number;
  /** Bounds of the rows' own timestamps, milliseconds: they narrow the look-up. */
  readonly earliest: number;
  readonly latest: number;
}

export interface ArrivalPage {
  readonly arrivals: readonly TraceArrival[];
  /** The store's clock when the page was read, milliseconds. */
  readonly storeTime: number;
}

export interface TraceRows {
  readonly traceId: string;
  /** True when the trace has more rows than were read. */
  readonly truncated: boolean;
  readonly spans: readonly RawSpan[];
  readonly logs: readonly RawLog[];
}

/** The raw side of the store as the room `interactions` reads it. */
export interface TraceReader {
  /**
   * What arrived after a position, in the order of positions, at most `limit`; each position once.
   * Inserts become visible a little after their time and out of order, so a later call may find
   * more behind a position that an earlier one has passed.
   */
  arrivals(after: ArrivalPosition, limit: number): Promise<ArrivalPage>;
  /**
   * All rows of the wanted traces, in their order, those of earlier arrivals included. Answers for
   * the first of them at least and leaves off the last ones where the rows together are too large
   * for memory: call again for the rest. Log records of one time keep the order of their insert.
   */
  traces(wanted: readonly WantedTrace[]): Promise<TraceRows[]>;
}

/** A trace to be read. `earliest` and `latest` are hints: rows of earlier arrivals may lie outside. */
export type WantedTrace = Pick<TraceArrival, "traceId" | "earliest" | "latest">;

/** Spans that another program stored before Calibrant was there (room `store`). */
export interface EarlierSpans {
  /**
   * Announces the traces of spans that began between two times (milliseconds) as arrivals, each
   * once however often it is called.
   */
  announce(since: number, now: number): Promise<void>;
}

/** A stretch of the spans' own time; milliseconds, the end excluded. */
export interface SpanTime {
  readonly start: number;
  readonly end: number;
}

/** A trace with spans in a stretch of time. */
export interface StoredTrace extends WantedTrace {
  /** Its spans in the stretch. */
  readonly spans: number;
  /** Rows of it have arrived that the walk has not worked off: the trace is the walk's to write. */
  readonly waiting: boolean;
}

/** The raw side of the store by the spans' own time (room `store`, needed for a backfill). */
export interface SpanHistory {
  /** Stretches with spans of the range and how many traces each has, oldest first. */
  stretches(
    range: SpanTime,
    service: string | undefined,
  ): Promise<readonly (SpanTime & { readonly traces: number })[]>;
  /** Traces of a stretch in the order of their ids, after one of them. */
  tracesIn(
    stretch: SpanTime,
    service: string | undefined,
    after: string,
    limit: number,
  ): Promise<readonly StoredTrace[]>;
  /**
   * Traces with rows in the range and of which rows have arrived since (store clock, milliseconds),
   * in the order of their ids, after one of them.
   */
  arrivedSince(
    since: number,
    range: SpanTime,
    service: string | undefined,
    after: string,
    limit: number,
  ): Promise<readonly StoredTrace[]>;
  /** Where the walk is (undefined: it has never run), and how many traces of the range wait for it. */
  walk(
    range: SpanTime,
  ): Promise<{ readonly position: number | undefined; readonly waiting: number }>;
  /** The store's clock, milliseconds. */
  now(): Promise<number>;
}

/** What assembly made of one trace. */
export interface AssembledTrace {
  readonly traceId: string;
  readonly interactions: readonly Interaction[];
  readonly modelCalls: readonly ModelCall[];
}

/** The derived side of the store as the room `interactions` writes it. */
export interface InteractionWriter {
  /**
   * Replaces what is stored for these traces: an interaction is revised, never doubled. A trace
   * whose content has not changed is left as it is. Places and marks of turns are found among all
   * turns of their sessions, and corrected in the turns that follow. Answers how many interactions
   * were new and how many were revised.
   */
  replace(
    traces: readonly AssembledTrace[],
  ): Promise<{ readonly added: number; readonly revised: number }>;
}

/** What is compared of two turns. */
export type TurnText = Pick<Interaction, "input_text" | "output_text">;

/**
 * Marks a turn by the one before it in its session (room `interactions`, needed by `store`, which
 * alone knows the turns of other traces). Pure; reads the first `turnTextLimit` characters.
 */
export type TurnMarker = (turn: TurnText, previous: TurnText | undefined) => TurnMarks;

/** Characters of a text that are compared with another turn's. */
export const turnTextLimit = 1_000;

/** Places in the store's time that a walk has finished with; survives a restart. */
export interface CursorStore {
  /** Milliseconds since the Unix epoch; undefined when the walk has never run. */
  read(name: string): Promise<number | undefined>;
  write(name: string, position: number): Promise<void>;
}

/** An interaction that an evaluator has not yet answered for. */
export interface PendingInteraction extends Interaction {
  /**
   * The output of the turn before it in the same service and session; empty when there is none
   * within the day before.
   */
  readonly previous_output: string;
}

/** One interaction and the evaluators that have yet to answer for it. */
export interface PendingEvaluations {
  readonly interaction: PendingInteraction;
  /** Milliseconds since the Unix epoch, store clock: the interaction's place in the queue. */
  readonly revisedAt: number;
  readonly missing: readonly string[];
}

export interface PendingPage {
  /** Oldest first. Fewer than asked for mean that there are no more. */
  readonly pending: readonly PendingEvaluations[];
  /** The store's clock when the page was read, milliseconds. */
  readonly storeTime: number;
}

/** The ledger as the room `evaluate` uses it. */
export interface EvaluationLedger {
  /**
   * Interactions revised at or after `since` (store clock, milliseconds) that lack a line for at
   * least one of the named evaluators, with the names that they lack; at most `limit`.
   */
  pending(evaluators: readonly string[], since: number, limit: number): Promise<PendingPage>;
  /** Stores the lines once, however often the same lines are sent. */
  append(evaluations: readonly Evaluation[]): Promise<void>;
  /** What evaluations since then (milliseconds) cost, and how many of them have a known cost. */
  spend(since: number): Promise<{ readonly cost_usd: number; readonly paid: number }>;
}

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
  /** The turns of the same session, oldest first, this one among them. */
  readonly conversation: readonly Pick<
    Interaction,
    "interaction_id" | "started_at" | "input_text" | "output_text" | "status"
  >[];
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
