import { backoff } from "../../kernel/backoff.js";
import type { Clock } from "../../kernel/clock.js";
import { messageOf } from "../../kernel/errors.js";
import type { Logger } from "../../kernel/logger.js";
import { nothingToJudge } from "../rules/nothing-to-judge.js";
import { longestLoad, type OwnModule } from "./create-thread.js";
import type { Answer } from "./module-messages.js";
import type { Interaction } from "./own-evaluator.js";
import { startThread, type RunningThread } from "./running-thread.js";
import { within } from "./within.js";

export interface ModuleRunnerOptions {
  readonly name: string;
  readonly module: OwnModule;
  /** Longest time, in milliseconds, that one call may take. */
  readonly timeout: number;
  readonly clock: Clock;
  readonly logger?: Logger | undefined;
  readonly random: () => number;
  /** Called before a thread loads the module, which may have changed. */
  readonly onLoad: () => void;
}

/** Asks a module about one interaction at a time, in a thread that is started again when it ends. */
export interface ModuleRunner {
  /** Rejects only when `signal` aborts. */
  ask(interaction: Interaction, signal: AbortSignal): Promise<TimedAnswer>;
  close(): Promise<void>;
  /** Interactions asked about and not yet answered for. */
  readonly waiting: number;
}

export type TimedAnswer = Answer & {
  /** Milliseconds from the call to the answer, without the wait for others. */
  readonly latency: number;
};

interface Loaded {
  readonly thread: RunningThread;
  readonly decides: boolean;
}

export function createModuleRunner(options: ModuleRunnerOptions): ModuleRunner {
  const { name, module, timeout, clock, logger, random, onLoad } = options;
  let loaded: Loaded | undefined;
  /** Threads that ended, or did not start, since the last answer. */
  let failures = 0;
  let turn: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  const lost = (reason: string): void => {
    loaded = undefined;
    failures++;
    logger?.warn({ evaluator: name, reason, failures }, "the thread of an evaluator has ended");
  };

  const watch = async (thread: RunningThread): Promise<void> => {
    const reason = await thread.ended;
    if (loaded?.thread === thread) lost(reason);
  };

  const load = async (signal: AbortSignal): Promise<void> => {
    onLoad();
    const thread = startThread(module, logger);
    let fresh: Loaded | undefined;
    try {
      const started = await within(thread.started, longestLoad, clock, signal);
      if (started?.kind === "ready") fresh = { thread, decides: started.decides };
      else lost(started?.message ?? `the module was not loaded within ${longestLoad / 1_000} s`);
    } catch (error) {
      signal.throwIfAborted();
      lost(messageOf(error));
    } finally {
      if (fresh === undefined) await thread.end();
    }
    loaded = fresh;
    void watch(thread);
  };

  /** Tries until there is a thread: what waits is not lost. */
  const running = async (signal: AbortSignal): Promise<Loaded> => {
    for (;;) {
      signal.throwIfAborted();
      if (loaded !== undefined) return loaded;
      // The first end may be an accident; a thread that ends again and again costs too much.
      if (failures > 1) await clock.sleep(backoff(failures - 2, random), signal);
      signal.throwIfAborted();
      await load(signal);
    }
  };

  const ask = async (interaction: Interaction, signal: AbortSignal): Promise<TimedAnswer> => {
    const { thread, decides } = await running(signal);
    const begun = clock.now();
    const answered = (answer: Answer): TimedAnswer => {
      return { ...answer, latency: Math.max(0, clock.now() - begun) };
    };
    const nothing = decides ? undefined : nothingToJudge(interaction);
    if (nothing !== undefined) return answered({ kind: "skipped", reason: nothing });
    let reason = `no answer within ${timeout} ms`;
    try {
      const answer = await within(thread.ask(interaction), timeout, clock, signal);
      if (answer !== undefined) {
        failures = 0;
        return answered(answer);
      }
      lost(reason);
    } catch (error) {
      signal.throwIfAborted();
      reason = messageOf(error);
    }
    const failed = answered({ kind: "failed", reason });
    await thread.end();
    return failed;
  };

  return {
    ask: (interaction, signal) => {
      waiting++;
      const answer = turn.then(() => ask(interaction, signal)).finally(() => waiting--);
      turn = answer.catch(() => undefined);
      return answer;
    },
    close: async () => {
      await loaded?.thread.end();
    },
    get waiting() {
      return waiting;
    },
  };
}
