import type { Logger } from "../kernel/logger.js";
import type { DeadLetters } from "./dead-letters.js";
import type { DamagedRange } from "./segment.js";

/** Keeps damaged bytes of segments as dead letters, each range once. */
export class Damage {
  readonly #deadLetters: DeadLetters;
  readonly #logger: Logger;
  readonly #known = new Set<string>();

  constructor(deadLetters: DeadLetters, logger: Logger) {
    this.#deadLetters = deadLetters;
    this.#logger = logger;
  }

  /** Resolves when the bytes are durable, unless somebody has removed the letter. Answers how many are new. */
  async setAside(segment: string, bytes: Buffer, { start, end }: DamagedRange): Promise<number> {
    const name = `${segment}-damaged-${start}`;
    if (this.#known.has(name)) return 0;
    if (!this.#deadLetters.wasRemoved(name)) {
      this.#logger.error(
        { segment, start, end },
        "a spool segment is damaged; the damaged bytes are kept in dead-letters",
      );
      await this.#deadLetters.write({
        name,
        bytes: bytes.subarray(start, end),
        kind: "bytes",
        reason: `SPOOL_CORRUPT: bytes ${start} to ${end} of the segment are not a sound frame`,
        segment,
        sink: "",
        table: "",
        day: "",
        rows: 0,
      });
    }
    this.#known.add(name);
    return end - start;
  }
}
