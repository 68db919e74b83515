import type { Meter } from "@opentelemetry/api";
import type { Context } from "hono";
import type { Clock } from "../kernel/clock.js";
import type { Logger } from "../kernel/logger.js";
import type {
  Admission,
  FeedbackDoor,
  InteractionQueries,
  MetricsText,
  Readiness,
} from "../model/ports.js";
import type { PageContext } from "./pages/layout.js";
import type { ServeConfig } from "./serve-config.js";

/** What the server is joined to. */
export interface ServeOptions {
  readonly config: ServeConfig;
  readonly admission: Admission;
  readonly queries: InteractionQueries;
  readonly feedback: FeedbackDoor;
  readonly readiness: readonly Readiness[];
  readonly metrics: MetricsText;
  readonly meter: Meter;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly version: string;
  /** Where applications send OTLP, as the pages tell it to a reader who has no data yet. */
  readonly otlpAddress: string | undefined;
}

/** What the handlers work with. */
export interface ServeParts extends ServeOptions {
  readonly page: PageContext;
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number;
}

export type Handler = (context: Context) => Response | Promise<Response>;
