import { isObject, textOf } from "./json.js";

/** The value of `error.type` for something thrown: a system code where there is one, else the name. */
export function errorType(error: unknown): string {
  if (!isObject(error)) return "_OTHER";
  const cause = error["cause"];
  const code = textOf(error["code"]) ?? (isObject(cause) ? textOf(cause["code"]) : undefined);
  return code ?? textOf(error["name"]) ?? "_OTHER";
}

export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
