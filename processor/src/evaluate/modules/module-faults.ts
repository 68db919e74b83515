import { readFileSync } from "node:fs";
import { receiveMessageOnPort } from "node:worker_threads";
import { messageOf } from "../../kernel/errors.js";
import { createThread, longestLoad, type OwnModule, type Thread } from "./create-thread.js";
import type { Place, Started } from "./module-messages.js";
import { syntaxPlace } from "./syntax-place.js";

/**
 * Why each of the modules cannot be used, with file and line; undefined for one that can. They are
 * loaded at the same time, in threads that are ended afterwards; the calling thread waits.
 */
export function moduleFaults(modules: readonly OwnModule[]): (string | undefined)[] {
  const attempts = modules.map((module) => {
    const unreadable = unreadableBecause(module.file);
    return {
      module,
      unreadable,
      thread: unreadable === undefined ? createThread(module) : undefined,
    };
  });
  const deadline = performance.now() + longestLoad;
  return attempts.map(({ module, unreadable, thread }) =>
    thread === undefined ? unreadable : faultOf(module.file, thread, deadline),
  );
}

function unreadableBecause(file: string): string | undefined {
  try {
    readFileSync(file);
  } catch (error) {
    return messageOf(error);
  }
  if (!/\.[mc]?ts$/.test(file) || readsTypeScript()) return undefined;
  return `${file}: Node ${process.version} does not read TypeScript: use Node 22.18 or newer, or compile the module to JavaScript`;
}

function readsTypeScript(): boolean {
  const { features } = process as { features: { typescript?: unknown } };
  return Boolean(features.typescript);
}

function faultOf(file: string, thread: Thread, deadline: number): string | undefined {
  const patience = Math.max(0, deadline - performance.now());
  const waited = Atomics.wait(new Int32Array(thread.started), 0, 0, patience);
  const received = receiveMessageOnPort(thread.port);
  void thread.worker.terminate();
  if (received === undefined) {
    return waited === "timed-out"
      ? `${file}: was not loaded within ${longestLoad / 1_000} s`
      : `${file}: ended its thread while it was loaded`;
  }
  const message = received.message as Started;
  if (message.kind === "ready") return undefined;
  const { path, line } =
    message.place ?? (message.syntax ? syntaxPlace(file) : undefined) ?? exportPlace(file);
  return `${path}:${line}: ${message.message}`;
}

function exportPlace(file: string): Place {
  const lines = readFileSync(file, "utf8").split("\n");
  const found = lines.findIndex((line) => line.startsWith("export default"));
  return { path: file, line: Math.max(0, found) + 1 };
}
