import type { MessagePort } from "node:worker_threads";

/** What a thread is started with. */
export interface ThreadData {
  /** Path of the module. */
  readonly file: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly port: MessagePort;
  /** One 32-bit number that leaves 0 when the thread has sent its first message or ends. */
  readonly started: SharedArrayBuffer;
}

/** A place in a file of the user's. */
export interface Place {
  readonly path: string;
  /** From 1. */
  readonly line: number;
}

/** The first message of a thread. */
export type Started =
  | {
      readonly kind: "ready";
      /** Whether the module has a function `applies`. */
      readonly decides: boolean;
    }
  | Refused;

/** Why a module cannot be used. */
export interface Refused {
  readonly kind: "refused";
  readonly message: string;
  readonly place?: Place | undefined;
  /** Whether some file cannot be read as JavaScript: the thread is not told which. */
  readonly syntax: boolean;
}

/** The answer to one interaction. */
export type Answer =
  | {
      readonly kind: "scored";
      readonly score: number;
      readonly label: string;
      readonly explanation: string;
    }
  | { readonly kind: "skipped" | "failed"; readonly reason: string };
