import { MessageChannel, Worker, type MessagePort } from "node:worker_threads";
import type { ThreadData } from "./module-messages.js";

/** A module of the user's, as the configuration names it. */
export interface OwnModule {
  /** Absolute path. */
  readonly file: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Bytes of objects that its thread may hold. */
  readonly memory: number;
}

export interface Thread {
  readonly worker: Worker;
  /** Our end of the conversation. */
  readonly port: MessagePort;
  readonly started: SharedArrayBuffer;
}

const mebibyte = 1024 ** 2;

/** Longest time, in milliseconds, that a module may take until it is loaded. */
export const longestLoad = 10_000;

/** A thread that loads the module: without our environment, arguments and output. */
export function createThread({ file, options, memory }: OwnModule): Thread {
  const { port1: port, port2 } = new MessageChannel();
  const started = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const workerData: ThreadData = { file, options, port: port2, started };
  const worker = new Worker(new URL("./module-thread.js", import.meta.url), {
    workerData,
    transferList: [port2],
    env: {},
    argv: [],
    execArgv: [],
    stdin: false,
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: memory / mebibyte },
  });
  worker.unref();
  // Without a listener, an error in the thread would end the service.
  worker.on("error", () => undefined);
  return { worker, port, started };
}
