import type { Usage } from "../evaluator.js";

/** US dollars per million tokens. */
export interface ModelPrice {
  readonly input: number;
  readonly output: number;
  readonly cached_input?: number | undefined;
}

/** @param part of the price, 0 to 1, that a batch costs */
export function batchPrice(price: ModelPrice | undefined, part: number): ModelPrice | undefined {
  if (price === undefined) return undefined;
  const cached_input = (price.cached_input ?? price.input) * part;
  return { input: price.input * part, output: price.output * part, cached_input };
}

/** The part of an answer that says what it took; servers leave out any of it. */
interface ReportedUsage {
  readonly prompt_tokens?: unknown;
  readonly completion_tokens?: unknown;
  readonly prompt_tokens_details?: { readonly cached_tokens?: unknown } | null | undefined;
}

/** Tokens as the server reported them; the cost is null without a price or without a report. */
export function usageOf(
  reported: ReportedUsage | null | undefined,
  price: ModelPrice | undefined,
  latency: number,
): Usage {
  const input = count(reported?.prompt_tokens);
  const output = count(reported?.completion_tokens);
  const cached = Math.min(input, count(reported?.prompt_tokens_details?.cached_tokens));
  const known = price !== undefined && input + output > 0;
  const cost = known
    ? ((input - cached) * price.input +
        cached * (price.cached_input ?? price.input) +
        output * price.output) /
      1_000_000
    : null;
  return { cost_usd: cost, input_tokens: input, output_tokens: output, latency_ms: latency };
}

function count(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? Math.round(value) : 0;
}
