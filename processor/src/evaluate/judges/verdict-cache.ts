import { createHash } from "node:crypto";
import type { Clock } from "../../kernel/clock.js";
import type { PendingInteraction } from "../../model/ports.js";
import type { EvaluateConfig } from "../evaluate-config.js";
import type { Evaluator, Together, Usage, Verdict } from "../evaluator.js";

/** Verdicts by what was judged, so that the same material is paid for once. */
export interface VerdictCache {
  /**
   * The evaluator with this cache before it. The same material under way is waited for; verdicts
   * that failed are not kept.
   * @param material what the evaluator is shown of an interaction, before anything random
   */
  before(
    evaluator: Evaluator,
    material: (interaction: PendingInteraction) => readonly unknown[],
  ): Evaluator;
}

interface Entry {
  readonly verdict: Verdict;
  readonly storedAt: number;
}

const nothing: Usage = { cost_usd: 0, input_tokens: 0, output_tokens: 0, latency_ms: 0 };

export function createVerdictCache(
  { entries: limit, age }: EvaluateConfig["cache"],
  clock: Clock,
): VerdictCache {
  /** The least recently used come first. */
  const entries = new Map<string, Entry>();
  const underWay = new Map<string, Promise<Verdict>>();
  const wrapped = new WeakMap<Evaluator, Wrapped>();
  const togethers = new WeakMap<Together, Together>();

  const find = (key: string): Verdict | undefined => {
    const entry = entries.get(key);
    if (entry === undefined) return undefined;
    entries.delete(key);
    if (clock.now() - entry.storedAt > age) return undefined;
    entries.set(key, entry);
    return entry.verdict;
  };

  const keep = (key: string, verdict: Verdict): void => {
    if (verdict.outcome === "failed") return;
    entries.set(key, { verdict, storedAt: clock.now() });
    for (const oldest of entries.keys()) {
      if (entries.size <= limit) break;
      entries.delete(oldest);
    }
  };

  const keyOf = ({ evaluator, material }: Wrapped, interaction: PendingInteraction): string => {
    const shown = JSON.stringify(material(interaction));
    return `${evaluator.name} ${evaluator.version} ${createHash("sha256").update(shown).digest("base64")}`;
  };

  /** What is known of the material, or else what `ask` says, which others then wait for. */
  const verdictOf = async (
    key: string,
    signal: AbortSignal,
    ask: () => Promise<Verdict>,
  ): Promise<Verdict> => {
    for (;;) {
      const known = find(key);
      if (known !== undefined) return fromCache(known);
      const other = underWay.get(key);
      if (other === undefined) break;
      try {
        return fromCache(await other);
      } catch {
        // It was stopped, and this one perhaps not.
        signal.throwIfAborted();
      }
    }
    const own = ask();
    underWay.set(key, own);
    try {
      const verdict = await own;
      keep(key, verdict);
      return verdict;
    } finally {
      underWay.delete(key);
    }
  };

  /** One call for those of which nothing is known; each is known to the others from then on. */
  const togetherOf = (together: Together): Together => ({
    evaluate: (evaluators, interaction, signal) => {
      const missing: Evaluator[] = [];
      let call: Promise<readonly Verdict[]> | undefined;
      const ask = async (evaluator: Evaluator): Promise<Verdict> => {
        if (call !== undefined) return await evaluator.evaluate(interaction, signal);
        const place = missing.push(evaluator) - 1;
        // Those that are missing have all been found when the call begins.
        await Promise.resolve();
        call ??= together.evaluate(missing, interaction, signal);
        return (await call)[place] as Verdict;
      };
      return Promise.all(
        evaluators.map((evaluator) => {
          const inner = wrapped.get(evaluator) as Wrapped;
          return verdictOf(keyOf(inner, interaction), signal, () => ask(inner.evaluator));
        }),
      );
    },
  });

  const shared = (together: Together): Together => {
    const known = togethers.get(together) ?? togetherOf(together);
    togethers.set(together, known);
    return known;
  };

  return {
    before: (evaluator, material) => {
      if (limit === 0) return evaluator;
      const { together } = evaluator;
      const inner = { evaluator, material };
      const cached: Evaluator = {
        ...evaluator,
        afresh: evaluator.afresh ?? evaluator,
        together: together === undefined ? undefined : shared(together),
        evaluate: (interaction, signal) =>
          verdictOf(keyOf(inner, interaction), signal, () =>
            evaluator.evaluate(interaction, signal),
          ),
      };
      wrapped.set(cached, inner);
      return cached;
    },
  };
}

interface Wrapped {
  readonly evaluator: Evaluator;
  readonly material: (interaction: PendingInteraction) => readonly unknown[];
}

/** A failure that was waited for is this one's, too, but it has cost nothing more. */
function fromCache(verdict: Verdict): Verdict {
  return verdict.outcome === "failed"
    ? { ...verdict, usage: nothing }
    : { ...verdict, usage: nothing, stage: "cache" };
}
