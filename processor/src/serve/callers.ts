import { getConnInfo } from "@hono/node-server/conninfo";
import type { Context } from "hono";
import type { Credentials } from "../model/ports.js";

export function credentialsOf({ req }: Context): Credentials {
  return { authorization: req.header("authorization"), apiKey: req.header("x-api-key") };
}

/** Whether the caller sends anything that could be an API key. */
export function showsKey(context: Context): boolean {
  const { authorization = "", apiKey = "" } = credentialsOf(context);
  return authorization !== "" || apiKey !== "";
}

/**
 * The address of whoever sends this: of the connection, or the last one in the header that a proxy
 * in front is known to write. What stands before it may be of the client's own making.
 */
export function addressOf(context: Context, header: string | undefined): string {
  const named = header === undefined ? undefined : context.req.header(header)?.split(",").at(-1);
  return named?.trim() || (getConnInfo(context).remote.address ?? "");
}
