import { toFile, type OpenAI } from "openai";
import { backoff } from "../../kernel/backoff.js";
import type { Clock } from "../../kernel/clock.js";
import type { ModelConfig } from "../models/model-config.js";
import { modelFailure } from "../models/model-failure.js";
import { secretMask, type Mask } from "../models/model-secrets.js";
import { createFileClient } from "../models/openai-client.js";

/** A batch as its provider describes it. */
export interface ProviderBatch {
  readonly id: string;
  /** Whether nothing of it is under way any more. */
  readonly ended: boolean;
  readonly status: string;
  /** Why it was refused as a whole; empty when it was not. */
  readonly complaint: string;
  /** Files of answers and of failed questions. */
  readonly files: readonly string[];
}

/**
 * The batch API of one provider. What fails and may pass is tried again until the deadline, in
 * milliseconds since the Unix epoch; undefined is the answer of a server that knows no such thing.
 * All throw CalibrantError JUDGE_UNAVAILABLE, JUDGE_REFUSED or JUDGE_INVALID_OUTPUT.
 */
export interface BatchApi {
  /** Sends the questions, a line each, and answers with the name of their file. */
  upload(lines: string, deadline: number): Promise<string | undefined>;
  /** Begins a batch, unless there is one of this file already. */
  begin(fileId: string, deadline: number): Promise<ProviderBatch | undefined>;
  /** The batch of a file, among the last thousand; undefined when there is none. */
  find(fileId: string, deadline: number): Promise<ProviderBatch | undefined>;
  look(batchId: string, deadline: number): Promise<ProviderBatch | undefined>;
  download(fileId: string, deadline: number): Promise<string | undefined>;
  /** Takes secrets out of what the provider says. */
  readonly mask: Mask;
}

const ended = new Set(["completed", "failed", "expired", "cancelled"]);
/** Statuses of servers that have no batches. */
const unknown = new Set<unknown>([404, 405, 501]);
/** Refusals that are not about one text: these calls hold none of their own. */
const lasting = new Set(["locked_out", "refuses"]);
const searched = 1_000;
const longestPause = 60_000;

/** @param signal ends all waiting; what is under way then throws its reason */
export function createBatchApi(
  config: ModelConfig,
  clock: Clock,
  random: () => number,
  signal: AbortSignal,
): BatchApi {
  const client = createFileClient(config);
  const mask = secretMask(config);

  const attempts = async <T>(deadline: number, call: () => Promise<T>): Promise<T | undefined> => {
    for (let failures = 0; ; failures++) {
      signal.throwIfAborted();
      try {
        return await call();
      } catch (error) {
        signal.throwIfAborted();
        if (unknown.has((error as { readonly status?: unknown }).status)) return undefined;
        const now = clock.now();
        const failure = modelFailure(error, mask, now);
        // A wrong key or an empty account is mended by people, whose batches should not be lost.
        const passes = failure.error.retryable || lasting.has(failure.sign);
        if (!passes || now >= deadline) throw failure.error;
        const wait = Math.max(
          failure.retryAfter ?? 0,
          backoff(failures, random, 200, longestPause),
        );
        await clock.sleep(Math.min(wait, deadline - now), signal);
      }
    }
  };

  const search = async (fileId: string): Promise<OpenAI.Batch | undefined> => {
    let seen = 0;
    for await (const batch of client.batches.list({ limit: 100 }, { signal })) {
      if (batch.input_file_id === fileId) return batch;
      if (++seen >= searched) break;
    }
    return undefined;
  };

  return {
    mask,
    upload: (lines, deadline) =>
      attempts(deadline, async () => {
        const file = await toFile(Buffer.from(lines), "questions.jsonl");
        return (await client.files.create({ file, purpose: "batch" }, { signal })).id;
      }),
    begin: async (fileId, deadline) => {
      let asked = false;
      return await attempts(deadline, async () => {
        // A call without an answer may have begun the batch all the same.
        const known = asked ? await search(fileId) : undefined;
        asked = true;
        const endpoint = "/v1/chat/completions";
        const wanted = { input_file_id: fileId, endpoint, completion_window: "24h" } as const;
        return described(mask, known ?? (await client.batches.create(wanted, { signal })));
      });
    },
    find: (fileId, deadline) =>
      attempts(deadline, async () => {
        const known = await search(fileId);
        return known && described(mask, known);
      }),
    look: (batchId, deadline) =>
      attempts(deadline, async () =>
        described(mask, await client.batches.retrieve(batchId, { signal })),
      ),
    download: (fileId, deadline) =>
      attempts(deadline, async () => await (await client.files.content(fileId, { signal })).text()),
  };
}

function described(mask: Mask, batch: OpenAI.Batch): ProviderBatch {
  const { output_file_id: output, error_file_id: failed, errors } = batch;
  return {
    id: batch.id,
    status: batch.status,
    ended: ended.has(batch.status),
    complaint: mask((errors?.data ?? []).map(({ message }) => message ?? "").join("; ")),
    files: [output, failed].filter(
      (file): file is string => typeof file === "string" && file !== "",
    ),
  };
}
