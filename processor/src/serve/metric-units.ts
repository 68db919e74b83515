/** How Prometheus spells the units of OpenTelemetry; others, such as `{request}`, leave the name as it is. */
const words: Readonly<Record<string, string>> = { s: "seconds", By: "bytes", "1": "ratio" };

interface Described {
  readonly descriptor: { readonly name: string; readonly unit: string };
}

interface Collected {
  readonly scopeMetrics: readonly { readonly metrics: readonly Described[] }[];
}

/**
 * Metrics with their unit at the end of their name, as Prometheus has it and its exporter for Node
 * does not: `calibrant.spool.lag` in seconds becomes `calibrant.spool.lag_seconds`.
 */
export function withUnits<Metrics extends Collected>(collected: Metrics): Metrics {
  return {
    ...collected,
    scopeMetrics: collected.scopeMetrics.map((scope) => ({
      ...scope,
      metrics: scope.metrics.map(withUnit),
    })),
  };
}

function withUnit(metric: Described): Described {
  const { name, unit } = metric.descriptor;
  const word = words[unit];
  if (word === undefined) return metric;
  const named = name.endsWith(word) ? name : `${name}_${word}`;
  return { ...metric, descriptor: { ...metric.descriptor, name: named, unit: word } };
}
