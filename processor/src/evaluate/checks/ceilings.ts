import { checkKind } from "./check-kind.js";
import { costOptions, latencyOptions } from "./checks-config.js";

/** The interaction took longer than it may. */
export const latencyCeiling = checkKind({
  name: "latency-ceiling",
  schema: latencyOptions,
  create: ({ ms }) => ({
    name: "latency-ceiling",
    revision: "1",
    settings: ms,
    withoutContent: true,
    judge: ({ duration_ms }) => {
      const explanation = `${Math.round(duration_ms)} ms, at most ${ms} ms.`;
      return duration_ms > ms
        ? { score: 0, label: "too slow", explanation }
        : { score: 1, label: "within", explanation };
    },
  }),
});

/** The calls of the interaction cost more than they may. */
export const costCeiling = checkKind({
  name: "cost-ceiling",
  schema: costOptions,
  create: ({ usd }) => ({
    name: "cost-ceiling",
    revision: "1",
    settings: usd,
    withoutContent: true,
    inapplicable: ({ cost_usd }) => (cost_usd === null ? "the cost is not known" : undefined),
    judge: ({ cost_usd }) => {
      const cost = cost_usd ?? 0;
      const explanation = `$${Number(cost.toPrecision(4))}, at most $${usd}.`;
      return cost > usd
        ? { score: 0, label: "too dear", explanation }
        : { score: 1, label: "within", explanation };
    },
  }),
});
