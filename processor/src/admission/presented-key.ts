import type { Credentials } from "../model/ports.js";

/**
 * The key that a client sends: `x-api-key`, `Authorization: Bearer KEY`, or the password of
 * `Authorization: Basic`, as the SDKs of Langfuse send theirs. Undefined when there is none.
 */
export function presentedKey({ apiKey, authorization }: Credentials): string | undefined {
  if (apiKey !== undefined && apiKey !== "") return apiKey.trim();
  const [, scheme = "", value = ""] =
    /^\s*(bearer|basic)\s+(\S+)\s*$/i.exec(authorization ?? "") ?? [];
  if (scheme.toLowerCase() === "bearer") return value;
  if (scheme === "") return undefined;
  const [, password] = /^[^:]*:(.*)$/s.exec(Buffer.from(value, "base64").toString()) ?? [];
  return password === "" ? undefined : password;
}
