import type { MiddlewareHandler } from "hono";
import { CalibrantError } from "../kernel/errors.js";

/** Seconds for which a browser may remember that it was allowed to ask. */
const remembered = "600";

/**
 * Lets pages of these origins send, and refuses those of others but of this host itself. There
 * are no cookies here, and so no credentials to allow.
 */
export function crossOrigin(origins: ReadonlySet<string>): MiddlewareHandler {
  return async (context, next) => {
    const { req } = context;
    const origin = req.header("origin");
    if (origin === undefined || isOwn(origin, req.header("host"))) return next();
    if (!origins.has(origin)) {
      throw new CalibrantError(
        "ORIGIN_REFUSED",
        "pages of this origin may not send feedback; list it in receivers.feedback.allowed_origins",
      );
    }
    context.header("access-control-allow-origin", origin);
    context.header("access-control-expose-headers", "retry-after");
    context.header("vary", "origin");
    if (req.method !== "OPTIONS") return next();
    context.header("access-control-allow-methods", "POST");
    context.header("access-control-allow-headers", "content-type");
    context.header("access-control-max-age", remembered);
    return context.body(null, 204);
  };
}

/** A proxy may have taken TLS away: only the host counts. */
function isOwn(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
}
