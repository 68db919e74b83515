import type { Clock } from "../../kernel/clock.js";
import type { ModelConfig } from "../models/model-config.js";
import type { ModelAnswer } from "../models/model-answer.js";
import type { ModelRequest } from "../models/model-client.js";
import type { Deferred } from "./deferred.js";

/** A request that waits for its batch, and then for its answer. */
export interface Question {
  readonly request: ModelRequest;
  readonly signal: AbortSignal;
  readonly answer: Deferred<ModelAnswer>;
}

export interface QuestionCollectorOptions {
  readonly limits: Pick<ModelConfig["batch"], "requests" | "size" | "wait">;
  readonly clock: Clock;
  /** Ends all waiting. */
  readonly stop: AbortSignal;
  /** Given the questions of a batch that is full, or whose first one has waited for long enough. */
  readonly onBatch: (questions: Question[]) => void;
}

/**
 * Collects the questions of a batch.
 * @returns takes a question and the bytes that it has
 */
export function createQuestionCollector({
  limits,
  clock,
  stop,
  onBatch,
}: QuestionCollectorOptions): (question: Question, bytes: number) => void {
  let collected: Question[] = [];
  let size = 0;
  let sent = new AbortController();

  const flush = (): void => {
    const questions = collected;
    collected = [];
    size = 0;
    sent.abort();
    sent = new AbortController();
    onBatch(questions);
  };

  const flushAfter = async (milliseconds: number, over: AbortSignal): Promise<void> => {
    await clock.sleep(milliseconds, AbortSignal.any([over, stop]));
    if (!over.aborted && !stop.aborted) flush();
  };

  return (question, bytes) => {
    if (collected.length > 0 && size + bytes > limits.size) flush();
    collected.push(question);
    size += bytes;
    if (collected.length >= limits.requests) flush();
    else if (collected.length === 1) void flushAfter(limits.wait, sent.signal);
  };
}
