import type { PendingInteraction } from "../../model/ports.js";

/** Whether an interaction is judged, and the probability with which it was to be. */
export type Draw =
  | {
      readonly drawn: true;
      /** 0 < probability <= 1. */
      readonly probability: number;
      /** Whether it belongs to the uniform panel, for which all were equally probable. */
      readonly panel: boolean;
      /**
       * To be called once.
       * @param cost US dollars that the verdict took; null when it is not known, or there was none
       */
      readonly settle: (cost: number | null) => void;
    }
  | {
      readonly drawn: false;
      readonly outcome: "sampled_out" | "over_budget";
      readonly reason: string;
      /** 0 < probability <= 1. */
      readonly probability: number;
    };

/** Draws the interactions that one evaluator judges. */
export interface Sampler {
  /** Learns from the store what it has to know before the first draw. */
  open(): Promise<void>;
  draw(interaction: PendingInteraction): Draw;
  /** Why no verdict can be paid for now; undefined when one can. */
  problem(): string | undefined;
}
