import type { Answer } from "../otlp/endpoint.js";
import type { Item } from "../otlp/request.js";

export type Taken = Extract<Answer, { kind: "taken" }>;
export type Refused = Extract<Answer, { kind: "refused" }>;
export type Held = Extract<Answer, { kind: "held" }>;

export interface BatchOptions {
  send(items: readonly Item[]): Promise<Answer>;
  /** Some items are done with: they were taken together, or one was refused by itself. */
  settle(items: readonly Item[], answer: Taken | Refused): Promise<void>;
}

/**
 * Sends items, and finds by halving those that the endpoint refuses, so that each costs only itself.
 * Ends at the first request that is held, whose items and those after them are not settled then.
 */
export async function sendBatch(
  items: readonly Item[],
  options: BatchOptions,
): Promise<Held | undefined> {
  if (items.length === 0) return undefined;
  const answer = await options.send(items);
  if (answer.kind === "held") return answer;
  if (answer.kind === "taken" || items.length === 1) {
    await options.settle(items, answer);
    return undefined;
  }
  const half = Math.ceil(items.length / 2);
  return (
    (await sendBatch(items.slice(0, half), options)) ??
    (await sendBatch(items.slice(half), options))
  );
}
