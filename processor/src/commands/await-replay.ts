import type { Clock } from "../kernel/clock.js";
import { CalibrantError } from "../kernel/errors.js";
import type { DeadLetters, StoredLetter } from "../spool/dead-letters.js";
import type { Terminal } from "./terminal.js";

export interface AwaitReplayOptions {
  readonly letters: DeadLetters;
  readonly chosen: readonly StoredLetter[];
  /** Words for the service that loads them; undefined when there is none any more. */
  readonly holder: () => Promise<string | undefined>;
  readonly terminal: Terminal;
  readonly clock: Clock;
}

/** Milliseconds between two looks, and between two lines about the progress. */
const interval = 200;
const lineInterval = 2_000;

/**
 * Waits until the service has dealt with the letters and says how it went.
 * @throws CalibrantError STORE_REFUSED when some were refused again
 */
export async function awaitReplay(options: AwaitReplayOptions): Promise<void> {
  const { letters, chosen, holder, terminal, clock } = options;
  const names = new Set(chosen.map(({ name }) => name));
  let spoken = clock.now();
  for (;;) {
    const left = (await letters.list()).filter(({ name }) => names.has(name));
    const waiting = left.filter(({ replay }) => replay).length;
    const loaded = chosen.length - left.length;
    const refused = left.length - waiting;
    if (waiting === 0) {
      terminal.print(`${loaded} loaded, ${refused} refused again`);
      if (refused > 0) throw refusedAgain(left);
      return;
    }
    if ((await holder()) === undefined) {
      terminal.print(
        `${loaded} loaded, ${refused} refused again; the service has ended and loads the other ${waiting} when it starts`,
      );
      return;
    }
    if (clock.now() - spoken >= lineInterval) {
      spoken = clock.now();
      terminal.note(
        `${loaded} of ${chosen.length} loaded, ${refused} refused again (Ctrl-C leaves the rest to the service)`,
      );
    }
    await clock.sleep(interval);
  }
}

function refusedAgain(left: readonly StoredLetter[]): CalibrantError {
  const [first] = left;
  return new CalibrantError(
    "STORE_REFUSED",
    `${left.length} dead letters were refused again and are kept; the first is ${first?.id}: ${first?.reason}`,
  );
}
