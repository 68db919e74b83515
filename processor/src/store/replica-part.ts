import type { Replica } from "../model/replica.js";

/** A condition, after others, that leaves the rows whose `columns` fall to this replica. */
export function replicaPart({ count, index }: Replica, columns: string): string {
  return count === 1 ? "" : `AND cityHash64(${columns}) % ${count} = ${index}`;
}
