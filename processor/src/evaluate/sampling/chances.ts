import { fillUp } from "./fill-up.js";
import { riskWeights, type Risk } from "./risk.js";

/** The probabilities with which an interaction is drawn. */
export interface Chances {
  /** 0 < probability <= 1. */
  readonly probability: number;
  /** Of the uniform panel, the same for every risk: whoever is drawn for it is drawn. */
  readonly panel: number;
}

/** How often each risk came lately, by risk. */
export interface RiskMix {
  readonly counts: readonly number[];
  seen(risk: Risk): void;
}

/** As if some interactions had come already, most of them without a sign of trouble. */
const priorMix = [40, 4, 1];
/** Beyond this many the older half is forgotten. */
const remembered = 4_000;

export function createRiskMix(): RiskMix {
  let counts = priorMix;
  return {
    get counts() {
      return counts;
    },
    seen: (risk) => {
      counts = counts.map((count, index) => count + (index === risk ? 1 : 0));
      if (sum(counts) > remembered) counts = counts.map((count) => count / 2);
    },
  };
}

/**
 * Probabilities whose mean over the traffic is `share`: p = min(1, L (f + (1 - f) m / mean(m))),
 * with the panel's part f, the weight m of the risk and L such that the mean is right. The panel is
 * drawn with L f.
 *
 * @param share 0 < share <= 1
 * @param panelShare part of the draws that is uniform, 0 to 1
 */
export function chancesOf(share: number, panelShare: number, mix: RiskMix): Chances[] {
  if (share >= 1) return riskWeights.map(() => ({ probability: 1, panel: 1 }));
  const total = sum(mix.counts);
  const mean =
    riskWeights.reduce<number>((all, weight, risk) => all + weight * (mix.counts[risk] ?? 0), 0) /
    total;
  const shapes = riskWeights.map((weight) => panelShare + ((1 - panelShare) * weight) / mean);
  const claims = shapes.map((weight, risk) => ({ demand: mix.counts[risk] ?? 0, weight, cap: 1 }));
  const level = fillUp(claims, share * total);
  const panel = Math.min(1, level * panelShare);
  return shapes.map((shape) => ({ probability: Math.min(1, level * shape), panel }));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
