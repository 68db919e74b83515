import { z } from "zod";
import type { Fault } from "./kernel/faults.js";

/** A number as text, or the one that ends a name such as `calibrant-2`. */
const ordinal = /^(?:.*-)?(\d{1,5})$/;
const mostReplicas = 1_000;

export const replicaConfig = z
  .strictObject({
    count: z
      .int()
      .min(1)
      .max(mostReplicas)
      .default(1)
      .describe(
        "How many services work on the store and share the evaluations, this one included.",
      ),
    index: z
      .union([
        z.int().min(0),
        z
          .string()
          .regex(ordinal, "expected a number from 0, or a name that ends with one, as calibrant-0")
          .transform((name) => Number(ordinal.exec(name)?.[1])),
      ])
      .default(0)
      .describe(
        "Which of them this one is, from 0: a number, or a name that ends with it, such as that of a StatefulSet's pod.",
      ),
  })
  .describe("Services on one store. Each has an index of its own and the same count.");

/** What the schema of the single settings cannot see. */
export function replicaFaults(
  { count, index }: z.output<typeof replicaConfig>,
  storeUrl: string,
): Fault[] {
  const faults: Fault[] = [];
  if (index >= count) {
    const message = `must be below service.replicas.count, which is ${count}: it is ${index}, and the first is 0`;
    faults.push({ path: "service.replicas.index", message });
  }
  if (count > 1 && storeUrl === "") {
    const message =
      "more than one needs exporters.clickhouse.url, the store that all of them work on";
    faults.push({ path: "service.replicas.count", message });
  }
  return faults;
}
