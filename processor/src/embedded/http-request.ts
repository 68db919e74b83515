import type { IncomingMessage } from "node:http";
import { StoreException } from "./exception.js";
import type { Role } from "./http-access.js";
import type { StoreRequest } from "./query-service.js";
import { interfaceParameters } from "./settings-rules.js";

/** Reads what a request says outside of its body. @throws StoreException */
export function readRequest(
  request: IncomingMessage,
  parameters: URLSearchParams,
  role: Role,
): StoreRequest {
  if (parameters.get("session_id") || parameters.get("role")) {
    throw new StoreException(48, "NOT_IMPLEMENTED", "HTTP sessions and roles are not available");
  }
  if (parameters.get("compress") === "1" || parameters.get("decompress") === "1") {
    throw new StoreException(
      48,
      "NOT_IMPLEMENTED",
      "The native compression is not available: use Content-Encoding and Accept-Encoding",
    );
  }
  const settings = new Map<string, string>();
  const values = new Map<string, string>();
  for (const [name, value] of parameters) {
    const parameter = /^param_(\w+)$/.exec(name)?.[1];
    if (parameter !== undefined) values.set(parameter, value);
    else if (!interfaceParameters.has(name) && !emptyParameters.has(name))
      settings.set(name, value);
  }
  const headers = request.headers;
  return {
    role,
    readOnly: request.method === "GET" || Number(settings.get("readonly") ?? 0) > 0,
    database:
      parameters.get("database") || headerText(headers["x-clickhouse-database"]) || "default",
    format:
      parameters.get("default_format") ||
      headerText(headers["x-clickhouse-format"]) ||
      "TabSeparated",
    settings,
    parameters: values,
  };
}

/** Refused above when they have a value that means something. */
const emptyParameters = new Set([
  "session_id",
  "session_timeout",
  "session_check",
  "role",
  "compress",
  "decompress",
]);

function headerText(header: string | string[] | undefined): string {
  return typeof header === "string" ? header : "";
}
