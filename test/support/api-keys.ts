import { createKey, hashOfKey } from "#processor/admission/key-hash.js";
import type { Scope } from "#processor/model/ports.js";

export interface TestKey {
  readonly key: string;
  /** For `extensions.keys`. */
  readonly entry: { readonly name: string; readonly hash: string; readonly scopes: Scope[] };
}

/** A key that allows these things, and is called after them. */
export function testKey(...scopes: Scope[]): TestKey {
  const key = createKey();
  return { key, entry: { name: scopes.join("-"), hash: hashOfKey(key), scopes } };
}

/** The header of Basic authentication. */
export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}
