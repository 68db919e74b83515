import { certifiedThreshold, type Threshold } from "./threshold.js";

/** What one stage said of an item. */
export interface StageVerdict {
  /** Undefined when the stage gave no verdict. */
  readonly label: string | undefined;
  /** 0 to 1; null when the model does not say how sure it is. */
  readonly confidence: number | null;
  /** US dollars; null when not known. */
  readonly cost_usd: number | null;
}

export interface CertifyOptions<Item extends { readonly expected: string }> {
  readonly stages: number;
  /** Each with the verdict that an expert gave. */
  readonly items: readonly Item[];
  /** The share of wrong verdicts that is allowed among those that stand. */
  readonly alpha: number;
  /** The probability that more are wrong, over all stages together. */
  readonly delta: number;
  /** The verdicts of a stage, the cheapest first, in the order of the items. */
  readonly ask: (stage: number, items: readonly Item[]) => Promise<readonly StageVerdict[]>;
}

export interface CertifiedStage {
  readonly threshold: Threshold | undefined;
  /** Items that the stages before it were not sure about. */
  readonly reached: number;
  /** Mean US dollars of a verdict; null when not known. */
  readonly cost_usd: number | null;
}

/**
 * Certifies each stage on the items that reach it, and asks it about no others. Certified on all items
 * instead, a later stage would be tried on easy ones that it never sees. Each stage may fail with
 * probability `delta` / stages, so that all hold together except with probability `delta`.
 */
export async function certifyCascade<Item extends { readonly expected: string }>(
  options: CertifyOptions<Item>,
): Promise<CertifiedStage[]> {
  const { stages, alpha, delta, ask } = options;
  const certified: CertifiedStage[] = [];
  let reaching = options.items;
  for (let stage = 0; stage < stages; stage++) {
    const verdicts = await ask(stage, reaching);
    const sure = verdicts.flatMap(({ label, confidence }, index) =>
      label === undefined || confidence === null
        ? []
        : [{ confidence, agrees: label === reaching[index]?.expected }],
    );
    const threshold = certifiedThreshold(sure, alpha, delta / stages);
    const least = threshold?.threshold ?? Number.POSITIVE_INFINITY;
    certified.push({ threshold, reached: reaching.length, cost_usd: meanCost(verdicts) });
    reaching = reaching.filter((_item, index) => {
      const verdict = verdicts[index];
      return verdict?.label === undefined || (verdict.confidence ?? -1) < least;
    });
  }
  return certified;
}

function meanCost(verdicts: readonly StageVerdict[]): number | null {
  const known = verdicts.flatMap(({ cost_usd: cost }) => (cost === null ? [] : [cost]));
  return known.length === 0 ? null : known.reduce((sum, cost) => sum + cost, 0) / known.length;
}
