import { messageOf } from "../../kernel/errors.js";
import type { Logger } from "../../kernel/logger.js";
import { createThread, type OwnModule } from "./create-thread.js";
import type { Answer, Started } from "./module-messages.js";
import type { Interaction } from "./own-evaluator.js";

/** A thread in which a module runs until it ends or is ended. */
export interface RunningThread {
  /** The module's first word; rejects when the thread ends before it. */
  readonly started: Promise<Started>;
  /** Resolves with the reason when the thread has ended, whoever ended it. */
  readonly ended: Promise<string>;
  /** To be called again only when the answer is there; rejects when the thread ends before it. */
  ask(interaction: Interaction): Promise<Answer>;
  end(): Promise<void>;
}

interface Waiting {
  readonly resolve: (message: unknown) => void;
  readonly reject: (reason: Error) => void;
}

/** Characters of one piece of output in the log. */
const longestOutput = 1_000;

export function startThread(module: OwnModule, logger: Logger | undefined): RunningThread {
  const { worker, port } = createThread(module);
  let failure: string | undefined;
  let waiting: Waiting | undefined;
  const ended = new Promise<string>((resolve) => {
    worker.on("error", (error) => (failure ??= messageOf(error)));
    worker.once("exit", (code) => {
      const reason = failure ?? `the module ended its thread with code ${code}`;
      waiting?.reject(new Error(reason));
      resolve(reason);
    });
  });
  port.on("message", (message: unknown) => waiting?.resolve(message)).unref();
  const next = (): Promise<unknown> =>
    new Promise((resolve, reject) => {
      waiting = { resolve, reject };
    });
  for (const output of [worker.stdout, worker.stderr]) {
    output.setEncoding("utf8").on("data", (text: string) => {
      logger?.debug({ module: module.file, output: text.slice(0, longestOutput) }, "module output");
    });
  }
  return {
    started: next() as Promise<Started>,
    ended,
    ask: (interaction) => {
      port.postMessage(interaction);
      return next() as Promise<Answer>;
    },
    end: async () => {
      await worker.terminate();
    },
  };
}
