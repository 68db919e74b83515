import type { Attributes } from "@opentelemetry/api";
import { CalibrantError } from "../../kernel/errors.js";
import type { Logger } from "../../kernel/logger.js";
import type { ForwardLedger, LedgerEntry } from "../../model/ports.js";
import type { ForwardMetrics, RecordOutcome } from "../forward-metrics.js";
import type { Refused, Taken } from "./send-batch.js";

/** How evaluations leave a stream: marked in the store, then counted. */
export interface Departures {
  /** What was sent together, or was refused by itself. */
  answered(entries: readonly LedgerEntry[], answer: Taken | Refused): Promise<void>;
  /** What cannot be an item of the stream's signal. */
  skipped(entries: readonly LedgerEntry[]): Promise<void>;
}

export interface DeparturesOptions {
  readonly ledger: Pick<ForwardLedger, "markForwarded">;
  readonly metrics: Pick<ForwardMetrics, "records">;
  readonly logger: Logger;
  /** Of the stream, by which marks are kept. */
  readonly name: string;
  readonly labels: Attributes;
}

export function createDepartures(options: DeparturesOptions): Departures {
  const { ledger, metrics, logger, name, labels } = options;
  /** Reasons that are in the log already: thousands of refusals for one reason are one fault. */
  const logged = new Set<string>();

  const leave = async (
    entries: readonly LedgerEntry[],
    outcome: RecordOutcome,
    reason: string,
    message: string,
  ): Promise<void> => {
    const [first] = entries;
    if (first === undefined) return;
    await ledger.markForwarded(name, entries);
    metrics.records(labels, outcome, reason, entries.length);
    if (outcome === "sent" || logged.has(reason)) return;
    logged.add(reason);
    const { interaction_id: interaction, evaluator } = first;
    const err = new CalibrantError("FORWARD_REFUSED", message);
    const text = "an evaluation is not forwarded; others for the same reason are only counted";
    if (outcome === "skipped") logger.info({ reason, interaction, evaluator }, text);
    else logger.error({ err, reason, interaction, evaluator }, text);
  };

  return {
    answered: async (entries, answer) => {
      if (answer.kind === "refused") {
        await leave(entries, "refused", answer.reason, answer.message);
        return;
      }
      const { rejected, message } = answer.partial;
      const kept = Math.max(0, entries.length - rejected);
      await leave(entries.slice(0, kept), "sent", "", "");
      // Which ones were rejected is not said: only the numbers are right.
      await leave(entries.slice(kept), "refused", "partial_success", message);
    },
    skipped: (entries) => leave(entries, "skipped", "no_span", ""),
  };
}
