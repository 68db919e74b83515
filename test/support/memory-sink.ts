import { CalibrantError } from "#processor/kernel/errors.js";
import type { Load } from "#processor/model/block.js";
import type { LoadSink } from "#processor/model/ports.js";

/** A load with its bytes in one. */
export interface WholeLoad extends Load {
  readonly bytes: Buffer;
}

/** What a sink does with one load: takes it, or fails before or after it has taken it. */
export type Behaviour = (
  load: WholeLoad,
) => "take" | "unavailable" | "drop-reply" | "refuse" | "hang";

export interface MemorySink extends LoadSink {
  /** Replaces what the sink does from now on. */
  behave(behaviour: Behaviour): void;
  /** Lets every call from now on wait for this first. */
  delay(until: Promise<void>): void;
  /** The loads that it has stored, each token once, in their order. */
  readonly stored: readonly WholeLoad[];
  /** All calls, also those that failed or repeated a token. */
  readonly calls: readonly WholeLoad[];
}

/**
 * A sink that keeps the contract of the store: a token is stored once. It checks the contract of
 * the loader as well: one token always comes with the same bytes, since a store would drop others.
 */
export function memorySink(): MemorySink {
  const stored = new Map<string, WholeLoad>();
  const calls: WholeLoad[] = [];
  let behaviour: Behaviour | undefined;
  let ready = Promise.resolve();

  const keep = (load: WholeLoad): void => {
    const known = stored.get(load.token);
    if (known === undefined) stored.set(load.token, load);
    else if (Buffer.compare(known.bytes, load.bytes) !== 0) {
      throw new Error(`token ${load.token} came with other bytes`);
    }
  };

  return {
    behave: (next) => {
      behaviour = next;
    },
    delay: (until) => {
      ready = until;
    },
    get stored() {
      return [...stored.values()];
    },
    calls,
    load: async (given) => {
      // A copy: the loader uses its memory again.
      const load = { ...given, bytes: Buffer.concat(given.pieces) };
      calls.push(load);
      await ready;
      switch (behaviour?.(load) ?? "take") {
        case "take":
          keep(load);
          return;
        case "drop-reply":
          keep(load);
          throw unavailable("the reply was lost");
        case "unavailable":
          throw unavailable("the store does not answer");
        case "refuse":
          throw new CalibrantError("STORE_REFUSED", "Cannot parse input");
        case "hang":
          await new Promise(() => undefined);
      }
    },
  };
}

function unavailable(message: string): CalibrantError {
  return new CalibrantError("STORE_UNAVAILABLE", message, { retryable: true });
}
