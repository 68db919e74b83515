import { setMaxListeners } from "node:events";
import type { Clock } from "../../kernel/clock.js";
import { CalibrantError } from "../../kernel/errors.js";
import type { JudgeBatch, JudgeBatchStore } from "../../model/ports.js";
import type { ModelAnswer } from "../models/model-answer.js";
import type { JudgeModel, ModelRequest } from "../models/model-client.js";
import { createBatchApi } from "./batch-api.js";
import { createBatchBook, type BatchBook, type Place } from "./batch-book.js";
import { createBatchSender, requestName } from "./batch-sender.js";
import { deferred, unlessAborted } from "./deferred.js";
import { createQuestionCollector, type Question } from "./question-collector.js";
import { sentBatch, type BatchResults } from "./sent-batch.js";

/** A model that is asked through batches. */
export interface BatchAsker {
  readonly model: JudgeModel;
  readonly book: BatchBook;
  /** Learns what was asked before the start; once, however often it is called. */
  readonly open: () => Promise<void>;
  /** Stops waiting; what is under way is found again after the next start. */
  readonly close: () => Promise<void>;
}

export interface BatchAskerOptions {
  readonly model: JudgeModel;
  readonly store: JudgeBatchStore;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onWarning: (message: string) => void;
}

/** How long after its submission a batch is still known after a start, in milliseconds. */
const remembered = 3 * 86_400_000;

/** Milliseconds. */
const resultsKept = 60_000;

export function createBatchAsker(options: BatchAskerOptions): BatchAsker {
  const { model, store, clock, random, onWarning } = options;
  const { config } = model.parts;
  const { origin } = new URL(config.base_url);
  const stopped = new AbortController();
  const { signal: stop } = stopped;
  // A listener for each batch that is under way.
  setMaxListeners(0, stop);
  const api = createBatchApi(config, clock, random, stop);
  const book = createBatchBook();
  const waiting = new Map<JudgeBatch, Promise<BatchResults | undefined>>();
  const running = new Set<Promise<void>>();
  let opened = false;
  /** A call that shows which form of a question the server takes; all batches wait for it. */
  let trial: Promise<unknown> | undefined;
  let without = false;

  const run = (work: () => Promise<void>): void => {
    const task = work().finally(() => running.delete(task));
    running.add(task);
  };

  const resultsOf = (batch: JudgeBatch): Promise<BatchResults | undefined> => {
    const known = waiting.get(batch);
    if (known !== undefined) return known;
    const results = sentBatch(batch, { api, clock, poll: config.batch.poll, signal: stop });
    results.catch(() => undefined);
    waiting.set(batch, results);
    return results;
  };

  /** Its questions come soon after each other; a late one has the files read again. */
  const forgetLater = async (batch: JudgeBatch, results: Promise<unknown>): Promise<void> => {
    await results.catch(() => undefined);
    await clock.sleep(resultsKept, stop);
    waiting.delete(batch);
  };

  const answerOf = (batch: JudgeBatch, request: string, results: BatchResults): ModelAnswer => {
    const result = results(request);
    if (result instanceof CalibrantError) throw result;
    return model.parts.answer(result, Math.max(0, clock.now() - batch.submitted_at));
  };

  const askEach = (questions: readonly Question[]): void => {
    for (const { request, signal, answer } of questions) {
      answer.resolve(model.ask(request, signal));
    }
  };

  const send = createBatchSender({ ...options, api, book, stop, run });

  const submit = async (questions: Question[]): Promise<void> => {
    const open = questions.filter(({ signal }) => !signal.aborted);
    if (trial === undefined) {
      const first = open.shift();
      if (first === undefined) return;
      askEach([first]);
      trial = first.answer.promise.catch(() => undefined);
    }
    await unlessAborted(trial, stop);
    if (open.length === 0) return;
    const batch = without ? undefined : await send(open.map(({ request }) => request));
    if (batch === undefined) {
      if (!without) {
        onWarning(`the server of the model ${model.name} has no batch API: judges ask by calls`);
      }
      without = true;
      askEach(open);
      return;
    }
    const results = await resultsOf(batch);
    for (const [index, { request, answer }] of open.entries()) {
      try {
        if (results === undefined) throw lost(batch);
        answer.resolve(answerOf(batch, requestName(request, index), results));
      } catch (error) {
        answer.reject(error);
      }
    }
    waiting.delete(batch);
  };

  const add = createQuestionCollector({
    limits: config.batch,
    clock,
    stop,
    onBatch: (questions) => {
      run(async () => {
        try {
          await submit(questions);
        } catch (error) {
          for (const { answer } of questions) answer.reject(error);
        }
      });
    },
  });

  const collect = (request: ModelRequest, signal: AbortSignal): Promise<ModelAnswer> => {
    const answer = deferred<ModelAnswer>();
    const bytes = Buffer.byteLength(JSON.stringify(model.parts.body(request)));
    add({ request, signal, answer }, bytes);
    return unlessAborted(answer.promise, signal);
  };

  const recalled = async (
    { batch, request }: Place,
    signal: AbortSignal,
  ): Promise<ModelAnswer | undefined> => {
    const known = waiting.has(batch);
    const all = resultsOf(batch);
    if (!known) run(() => forgetLater(batch, all));
    const results = await unlessAborted(all, signal);
    if (results !== undefined) return answerOf(batch, request, results);
    book.forget(batch);
    return undefined;
  };

  return {
    book,
    model: {
      ...model,
      ask: async (request, signal) => {
        const { interactionId, evaluators } = request.about;
        const places = evaluators.map((evaluator) => book.find(interactionId, evaluator));
        const [place] = places;
        const same = places.every((other) => other && place && sameRequest(other, place));
        if (place !== undefined && same) {
          const answer = await recalled(place, signal);
          if (answer !== undefined) return answer;
        }
        return without ? await model.ask(request, signal) : await collect(request, signal);
      },
    },
    open: async () => {
      if (opened) return;
      book.learn(await store.read(model.name, origin, clock.now() - remembered));
      opened = true;
    },
    close: async () => {
      stopped.abort();
      await Promise.all(running);
    },
  };
}

function lost({ id }: JudgeBatch): CalibrantError {
  return new CalibrantError("JUDGE_UNAVAILABLE", `the provider does not know the batch ${id}`);
}

function sameRequest(one: Place, other: Place): boolean {
  return one.batch === other.batch && one.request === other.request;
}
