import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { ofForeignPage } from "../kernel/fetch-site.js";
import type { Credentials } from "./child-messages.js";
import { StoreException } from "./exception.js";

export type Role = "reader" | "writer";

const loopbackHost = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/i;

/**
 * Why a request must not be answered at all: a web page can make a browser send it, by its own
 * name for this address (DNS rebinding), with its Origin, or as a script of its own.
 */
export function foreignCaller(headers: IncomingHttpHeaders): string | undefined {
  const site = headers["sec-fetch-site"]?.toString();
  if (headers.origin !== undefined || ofForeignPage(site))
    return "requests of web pages are not answered";
  if (!loopbackHost.test(headers.host ?? "")) return "the Host header is not a loopback address";
  return undefined;
}

/**
 * The user `default` needs no password and may only read.
 * @throws StoreException 516 for any other user or a wrong password
 */
export function authenticate(
  headers: IncomingHttpHeaders,
  parameters: URLSearchParams,
  writer: Credentials,
): Role {
  const { username, password } = givenCredentials(headers, parameters);
  if (same(username, writer.username) && same(password, writer.password)) return "writer";
  if (username === "default" && password === "") return "reader";
  throw new StoreException(
    516,
    "AUTHENTICATION_FAILED",
    `${username}: Authentication failed: password is incorrect, or there is no user with such name`,
  );
}

function givenCredentials(headers: IncomingHttpHeaders, parameters: URLSearchParams): Credentials {
  const header = headers["x-clickhouse-user"];
  if (typeof header === "string") {
    const key = headers["x-clickhouse-key"];
    return { username: header, password: typeof key === "string" ? key : "" };
  }
  const basic = /^Basic\s+([A-Za-z0-9+/=]+)$/i.exec(headers.authorization ?? "")?.[1];
  if (basic !== undefined) {
    const decoded = Buffer.from(basic, "base64").toString("utf8");
    const colon = decoded.indexOf(":");
    return colon < 0
      ? { username: decoded || "default", password: "" }
      : { username: decoded.slice(0, colon) || "default", password: decoded.slice(colon + 1) };
  }
  if (headers.authorization !== undefined) {
    throw new StoreException(516, "AUTHENTICATION_FAILED", "Only Basic authentication is known");
  }
  return {
    username: parameters.get("user") ?? "default",
    password: parameters.get("password") ?? "",
  };
}

/** Takes the same time whatever the difference is. */
function same(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
