import type { Rejection } from "./rejection.js";

/** Counts the outcomes of the items of one request. */
export class Tally {
  accepted = 0;
  rejected = 0;
  readonly reasons = new Map<Rejection, number>();
  readonly #first = new Map<Rejection, string>();

  /** @param place answers where the item is in the request; asked for the first of a reason only */
  reject(reason: Rejection, place: () => string): void {
    this.rejected++;
    const count = this.reasons.get(reason);
    if (count === undefined) this.#first.set(reason, place());
    this.reasons.set(reason, (count ?? 0) + 1);
  }

  /** A sentence for the sender; empty when nothing was rejected. */
  message(items: string): string {
    if (this.rejected === 0) return "";
    const reasons = [...this.reasons].map(
      ([reason, count]) => `${count} ${reason} (the first is ${this.#first.get(reason)})`,
    );
    const sent = this.accepted + this.rejected;
    return `${this.rejected} of ${sent} ${items} rejected: ${reasons.join(", ")}`;
  }
}
