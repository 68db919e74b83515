import { createRequire } from "node:module";
import { join } from "node:path";
import type { Redact } from "./call-content.js";

const variable = "CALIBRANT_GENAI_REDACT";

/**
 * The function `redact` of the module that the variable `CALIBRANT_GENAI_REDACT` names: a package,
 * or a path from the working directory. Undefined without the variable.
 * @throws {Error} where the module cannot be loaded or has no such function: then nothing may be
 * recorded
 */
export function redactFromEnvironment(): Redact | undefined {
  const name = process.env[variable]?.trim() ?? "";
  if (name === "") return undefined;
  const { redact } = moduleOf(name);
  if (typeof redact === "function") return redact as Redact;
  throw new Error(`${variable}: ${name} exports no function named redact`);
}

function moduleOf(name: string): { readonly redact?: unknown } {
  const require = createRequire(join(process.cwd(), "from-here"));
  try {
    return require(name) as object;
  } catch (cause) {
    const [reason] = String(cause).split("\n");
    throw new Error(`${variable}: ${name} cannot be loaded (${reason})`, { cause });
  }
}
