import type { ModelConfig } from "./model-config.js";

/** Takes the secrets of a model out of a text. */
export type Mask = (text: string) => string;

/** Shorter values of headers and of the address are settings, not secrets. */
const shortest = 4;

/** A server may say back what was sent to it: the key, the values of headers and of the address. */
export function secretMask({ api_key, headers, base_url }: ModelConfig): Mask {
  const { username, password, searchParams } = new URL(base_url);
  const login = [username, password].map(decoded);
  const others = [
    // Without `Bearer`, too.
    ...Object.values(headers).flatMap((value) => [value, ...value.split(/\s+/)]),
    username,
    password,
    ...login,
    // As the Authorization header has them.
    ...(username + password === "" ? [] : [Buffer.from(login.join(":")).toString("base64")]),
    ...searchParams.values(),
  ].filter(({ length }) => length >= shortest);
  const names = new Map<string, string>();
  for (const value of others.flatMap(spelled)) names.set(value, "[secret]");
  for (const value of api_key === "" ? [] : spelled(api_key)) names.set(value, "[key]");
  // The longest first: one may be a part of another.
  const ordered = [...names].toSorted(([one], [other]) => other.length - one.length);
  return (text) => ordered.reduce((rest, [secret, name]) => rest.replaceAll(secret, name), text);
}

/** As it is, in JSON and in an address. */
function spelled(value: string): string[] {
  return [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)];
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
