import { createHash, randomBytes } from "node:crypto";

export const hashPattern = /^sha256:([0-9a-f]{64})$/;

/** A new key: 256 random bits, with a prefix by which scanners for leaked secrets can know it. */
export function createKey(): string {
  return `cal_${randomBytes(32).toString("base64url")}`;
}

/**
 * A plain hash is enough because a key is random and long: nobody can try them all.
 * @returns `sha256:` and 64 hexadecimal digits
 */
export function hashOfKey(key: string): string {
  return `sha256:${digestOf(key).toString("hex")}`;
}

export function digestOf(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}
