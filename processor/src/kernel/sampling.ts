import { createHash } from "node:crypto";

/**
 * A number in [0, 1) that depends on nothing but the key and the salt: the same key is always
 * drawn the same way, on every replica and after every restart. Uses the first 53 bits of SHA-256.
 */
export function hashFraction(key: string, salt: string): number {
  const digest = createHash("sha256").update(salt).update("\0").update(key).digest();
  return (digest.readUInt32BE(0) * 2 ** 21 + (digest.readUInt32BE(4) >>> 11)) / 2 ** 53;
}
