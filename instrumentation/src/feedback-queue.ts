import { deliver, type Delivery, type FeedbackAddress } from "./feedback-delivery.js";

/** Events that wait; more are refused. */
const mostWaiting = 1_000;
/** Characters of one event. */
const longestEvent = 64 * 1024;
/** Events of one request; the service takes 1,000. */
const mostTogether = 100;
/** Milliseconds in which events gather for one request. */
const gathering = 50;
/** Milliseconds before the second try; twice as long before each further one, up to the longest. */
const firstPause = 500;
const longestPause = 60_000;

/**
 * Holds feedback until the service has it, in the memory of this process and never more than a
 * thousand events. While the service does not answer it is asked again, ever less often. What the
 * service refuses is dropped, and `warn` told.
 */
export class FeedbackQueue {
  readonly #address: FeedbackAddress;
  readonly #warn: (message: string) => void;
  readonly #waiting: string[] = [];
  #running: Promise<void> | undefined;
  #wake: (() => void) | undefined;

  constructor(address: FeedbackAddress, warn: (message: string) => void) {
    this.#address = address;
    this.#warn = warn;
  }

  /** @returns whether it was taken */
  add(event: string): boolean {
    if (event.length > longestEvent || this.#waiting.length >= mostWaiting) {
      this.#warn(
        event.length > longestEvent
          ? `An event of over ${longestEvent} characters was not taken`
          : `${mostWaiting} events wait already; more are not taken until ${this.#address.url} answers`,
      );
      return false;
    }
    this.#waiting.push(event);
    this.#start();
    return true;
  }

  /**
   * Sends what waits, at once.
   * @param timeout milliseconds
   * @returns whether nothing waits any more
   */
  async flush(timeout: number): Promise<boolean> {
    const deadline = Date.now() + timeout;
    let timer: NodeJS.Timeout | undefined;
    // Also keeps the process alive, which the queue by itself does not.
    const tooLate = new Promise<void>((resolve) => (timer = setTimeout(resolve, timeout)));
    while (this.#waiting.length > 0 && Date.now() < deadline) {
      this.#start();
      this.#wake?.();
      await Promise.race([this.#running, tooLate]);
    }
    clearTimeout(timer);
    return this.#waiting.length === 0;
  }

  #start(): void {
    this.#running ??= this.#run().finally(() => (this.#running = undefined));
  }

  async #run(): Promise<void> {
    await this.#pause(gathering);
    for (let attempt = 0; this.#waiting.length > 0;) {
      const batch = this.#waiting.slice(0, mostTogether);
      const delivery = await this.#send(batch);
      if (delivery.outcome === "unavailable") {
        if (attempt === 0) this.#warn(`Feedback waits: ${delivery.reason}`);
        await this.#pause(delivery.after ?? Math.min(firstPause * 2 ** attempt, longestPause));
        attempt = Math.min(attempt + 1, 16);
      } else {
        this.#waiting.splice(0, batch.length);
        attempt = 0;
      }
    }
  }

  /** A request is taken as a whole or not at all: of a refused one each event is tried alone. */
  async #send(batch: readonly string[]): Promise<Delivery> {
    const delivery = await deliver(this.#address, batch);
    if (delivery.outcome !== "refused") return delivery;
    const ofContent = delivery.status === 400 || delivery.status === 413;
    if (batch.length === 1 || !ofContent) {
      this.#warn(
        `Feedback was refused with status ${delivery.status}, ${batch.length} events: ${delivery.reason}`,
      );
      return delivery;
    }
    for (const event of batch) {
      const alone = await this.#send([event]);
      // What has been sent already is sent again later; its key makes that harmless.
      if (alone.outcome === "unavailable") return alone;
    }
    return { outcome: "delivered" };
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      timer.unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
