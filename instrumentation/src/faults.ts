import type { DiagLogger } from "@opentelemetry/api";

/**
 * Keeps faults of the instrumentation away from the application: they are counted and, the first
 * few times, written to OpenTelemetry's diagnostic log.
 */
export class FaultGuard {
  readonly #log: Pick<DiagLogger, "warn">;
  readonly #onFault: () => void;
  #count = 0;

  constructor(log: Pick<DiagLogger, "warn">, onFault: () => void) {
    this.#log = log;
    this.#onFault = onFault;
  }

  get count(): number {
    return this.#count;
  }

  /** The result of `work`, or undefined where it threw. */
  run<T>(what: string, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.report(what, error);
      return undefined;
    }
  }

  report(what: string, error: unknown): void {
    this.#count++;
    try {
      this.#onFault();
      if (this.#count <= 10)
        this.#log.warn(`${what} failed; the call itself is not affected`, error);
    } catch {
      // The diagnostic log is the last place to report to.
    }
  }
}
