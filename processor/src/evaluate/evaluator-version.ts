import { createHash } from "node:crypto";

/** Sixteen hexadecimal digits that change when any of the parts changes. */
export function evaluatorVersion(parts: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}
