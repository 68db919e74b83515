import type { Clock } from "../../kernel/clock.js";
import type { EvaluationLedger } from "../../model/ports.js";

/** What was set aside for one verdict. */
interface Reservation {
  /** @param cost US dollars that it took; null when it is not known */
  settle(cost: number | null): void;
}

/** Decides whether a verdict may be paid for. */
export interface Budget {
  /** Learns from the ledger what was spent before a restart. Does nothing after the first time. */
  open(): Promise<void>;
  /** Undefined when the money of the day is spent. */
  reserve(): Reservation | undefined;
}

const dayLength = 86_400_000;

/** No limit: every verdict is paid for. */
export const unlimitedBudget: Budget = {
  open: async () => undefined,
  reserve: () => ({ settle: () => undefined }),
};

/**
 * At most `limit` US dollars a UTC day over all judges. A verdict under way counts with the mean
 * cost so far, so that calls in flight do not overdraw; before the first cost is known, those of
 * the first moment can.
 */
export function dailyBudget(limit: number, ledger: EvaluationLedger, clock: Clock): Budget {
  let opened = false;
  let day = dayOf(clock.now());
  let spent = 0;
  let paid = 0;
  let reserved = 0;
  let mean = 0;

  return {
    open: async () => {
      if (opened) return;
      day = dayOf(clock.now());
      const before = await ledger.spend(day * dayLength);
      opened = true;
      spent += before.cost_usd;
      paid += before.paid;
      if (paid > 0) mean = spent / paid;
    },
    reserve: () => {
      const today = dayOf(clock.now());
      if (today !== day) {
        day = today;
        spent = 0;
        paid = 0;
      }
      if (spent + reserved + mean > limit || spent >= limit) return undefined;
      const held = mean;
      reserved += held;
      return {
        settle: (cost) => {
          reserved -= held;
          if (cost === null) return;
          spent += cost;
          paid++;
          mean = spent / paid;
        },
      };
    },
  };
}

function dayOf(milliseconds: number): number {
  return Math.floor(milliseconds / dayLength);
}
