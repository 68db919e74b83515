import { randomUUID } from "node:crypto";
import { backoff } from "../../kernel/backoff.js";
import type { Clock } from "../../kernel/clock.js";
import { CalibrantError } from "../../kernel/errors.js";
import type { JudgeBatch, JudgeBatchStore } from "../../model/ports.js";
import type { JudgeModel, ModelRequest } from "../models/model-client.js";
import type { BatchApi } from "./batch-api.js";
import type { BatchBook } from "./batch-book.js";

export interface BatchSenderOptions {
  readonly model: JudgeModel;
  readonly store: JudgeBatchStore;
  readonly api: BatchApi;
  readonly book: BatchBook;
  readonly clock: Clock;
  readonly random: () => number;
  /** Ends all waiting. */
  readonly stop: AbortSignal;
  /** Follows work to its end. */
  readonly run: (work: () => Promise<void>) => void;
}

/**
 * Begins a batch of requests; undefined when the server has no batches. Rejects with a
 * CalibrantError of the provider or the store, or with the reason of `stop`.
 */
export type SendBatch = (requests: readonly ModelRequest[]) => Promise<JudgeBatch | undefined>;

export function createBatchSender(options: BatchSenderOptions): SendBatch {
  const { model, store, api, book, clock, random, stop, run } = options;
  const { config } = model.parts;

  const save = async (batch: JudgeBatch): Promise<void> => {
    for (let failures = 0; ; failures++) {
      stop.throwIfAborted();
      try {
        await store.save(batch);
        return;
      } catch (error) {
        if (!(error instanceof CalibrantError) || !error.retryable) throw error;
        await clock.sleep(backoff(failures, random), stop);
      }
    }
  };

  return async (requests) => {
    const deadline = clock.now() + config.circuit.longest_wait;
    const lines = requests.map((request, index) => {
      const body = model.parts.body(request);
      const custom_id = requestName(request, index);
      return JSON.stringify({ custom_id, method: "POST", url: "/v1/chat/completions", body });
    });
    const fileId = await api.upload(`${lines.join("\n")}\n`, deadline);
    if (fileId === undefined) return undefined;
    const batch: JudgeBatch = {
      id: randomUUID(),
      model: model.name,
      origin: new URL(config.base_url).origin,
      file_id: fileId,
      batch_id: "",
      submitted_at: clock.now(),
      pairs: requests.flatMap((request, index) => {
        const { interactionId, evaluators } = request.about;
        return book.pairs(requestName(request, index), interactionId, evaluators);
      }),
    };
    // Before the batch begins: after a crash from here on it is found by its file.
    await save(batch);
    const begun = await api.begin(fileId, deadline);
    if (begun === undefined) return undefined;
    const named = { ...batch, batch_id: begun.id };
    // Where this cannot be written the file still leads to the batch.
    run(() => save(named).catch(() => undefined));
    return named;
  };
}

/** Place in the batch and interaction, within the length that providers allow. */
export function requestName({ about }: ModelRequest, index: number): string {
  return `${index}:${about.interactionId}`.slice(0, 64);
}
