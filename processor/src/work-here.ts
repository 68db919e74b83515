import type { Config } from "./config.js";
import { forwardEndpoints } from "./forward/forward-config.js";

/** What this service does with the store, beside loading it. */
export interface WorkHere {
  readonly interactions: boolean;
  readonly lookBack: boolean;
  /** Its part of the traffic, where there are replicas. */
  readonly evaluate: boolean;
  readonly canaries: boolean;
  readonly defineQuality: boolean;
  readonly forward: boolean;
}

/** Replicas share the evaluations; what is done once for a store is the first one's. */
export function workHere({ receivers, processors, exporters, service }: Config): WorkHere {
  const isFirst = service.replicas.index === 0;
  const interactions = isFirst && processors.interactions.enabled;
  const evaluate = processors.evaluate.enabled;
  return {
    interactions,
    lookBack: interactions && receivers.source === "clickhouse",
    evaluate,
    canaries: isFirst && evaluate,
    defineQuality: isFirst && evaluate,
    forward: isFirst && Object.keys(forwardEndpoints(exporters)).length > 0,
  };
}
