import type { Clock } from "../../kernel/clock.js";
import { CalibrantError } from "../../kernel/errors.js";
import type { JudgeBatch } from "../../model/ports.js";
import type { BatchApi, ProviderBatch } from "./batch-api.js";
import { batchResults, type BatchResult } from "./batch-results.js";

/** The results by request; never undefined, since a request without one has failed. */
export type BatchResults = (request: string) => BatchResult;

export interface SentBatchOptions {
  readonly api: BatchApi;
  readonly clock: Clock;
  /** Most milliseconds between two looks. */
  readonly poll: number;
  readonly signal: AbortSignal;
}

/** A provider ends a batch after 24 hours; one that cannot be reached may yet be for two more. */
const window = 26 * 3_600_000;
const firstLook = 1_000;

/**
 * Waits for a batch and reads its results.
 * @returns undefined when the provider never began it
 * @throws CalibrantError when its results cannot be had, or the signal's reason when it aborts
 */
export async function sentBatch(
  batch: JudgeBatch,
  options: SentBatchOptions,
): Promise<BatchResults | undefined> {
  const { api } = options;
  const deadline = batch.submitted_at + window;
  let batchId: string | undefined = batch.batch_id;
  if (batchId === "") batchId = (await api.find(batch.file_id, deadline))?.id;
  if (batchId === undefined) return undefined;
  const last = await end(batchId, deadline, options);
  const results = new Map<string, BatchResult>();
  for (const file of last.files) {
    const text = await api.download(file, deadline);
    if (text === undefined) continue;
    for (const [request, result] of batchResults(text, api.mask)) results.set(request, result);
  }
  const refused = last.status === "failed";
  const said = `the batch is ${last.status} and has no answer to this ${last.complaint}`;
  const none = new CalibrantError(
    refused ? "JUDGE_REFUSED" : "JUDGE_UNAVAILABLE",
    said.trimEnd().slice(0, 500),
  );
  return (request) => results.get(request) ?? none;
}

async function end(
  batchId: string,
  deadline: number,
  { api, clock, poll, signal }: SentBatchOptions,
): Promise<ProviderBatch> {
  for (let looks = 0; ; looks++) {
    const seen = await api.look(batchId, deadline);
    if (seen === undefined) {
      throw new CalibrantError("JUDGE_REFUSED", "the provider does not know the batch any more");
    }
    if (seen.ended) return seen;
    if (clock.now() >= deadline) {
      const message = `the batch is ${seen.status} after ${window / 3_600_000} hours`;
      throw new CalibrantError("JUDGE_UNAVAILABLE", message);
    }
    await clock.sleep(Math.min(poll, firstLook * 2 ** Math.min(looks, 20)), signal);
    signal.throwIfAborted();
  }
}
