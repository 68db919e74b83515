import type { LedgerEntry } from "../../model/ports.js";
import type { Attributes } from "./attributes.js";

/**
 * What is said of an evaluation on both signals. `gen_ai.evaluation.*`, `gen_ai.response.id` and
 * `error.type` are those of the GenAI conventions' event `gen_ai.evaluation.result`, which has
 * nothing for the identity of the evaluator: the rest is `calibrant.*`.
 */
export function verdictAttributes(entry: LedgerEntry, explanations: boolean): Attributes {
  const isFailed = entry.outcome === "failed";
  return {
    "gen_ai.evaluation.name": entry.evaluator,
    "gen_ai.evaluation.score.value": double(entry.score),
    "gen_ai.evaluation.score.label": text(entry.label),
    "gen_ai.evaluation.explanation": explanations ? text(entry.explanation) : undefined,
    "gen_ai.response.id": text(entry.response_id),
    "error.type": isFailed ? errorType(entry.reason) : undefined,
    "calibrant.evaluation.id": entry.id,
    "calibrant.evaluation.outcome": entry.outcome,
    "calibrant.evaluation.reason": explanations ? text(entry.reason) : undefined,
    "calibrant.evaluation.confidence": double(entry.confidence),
    "calibrant.evaluation.probability": { double: entry.probability },
    "calibrant.evaluation.panel": entry.panel,
    "calibrant.evaluation.stage": text(entry.stage),
    "calibrant.evaluation.cost_usd": double(entry.cost_usd),
    "calibrant.evaluation.input_tokens": { integer: entry.input_tokens },
    "calibrant.evaluation.output_tokens": { integer: entry.output_tokens },
    "calibrant.evaluation.latency_ms": { double: entry.latency_ms },
    "calibrant.evaluator.version": entry.evaluator_version,
    "calibrant.evaluator.kind": entry.kind,
    "calibrant.evaluator.model": text(entry.model),
    "calibrant.interaction.id": entry.interaction_id,
  };
}

/** The resource is the service that was evaluated, not Calibrant. */
export function resourceAttributes(entry: LedgerEntry): Attributes {
  return {
    "service.name": text(entry.service_name),
    "service.version": text(entry.release),
    "deployment.environment.name": text(entry.environment),
  };
}

/** A reason begins with the code of the error: `JUDGE_UNAVAILABLE: ...`. */
export function errorType(reason: string): string {
  return /^[A-Z][A-Z_]+(?=:|$)/.exec(reason)?.[0] ?? "_OTHER";
}

function text(value: string): string | undefined {
  return value === "" ? undefined : value;
}

function double(value: number | null): { readonly double: number } | undefined {
  return value === null ? undefined : { double: value };
}
