import { Hono } from "hono";
import type { Context, MiddlewareHandler } from "hono";
import { CalibrantError } from "../kernel/errors.js";
import { ofForeignPage } from "../kernel/fetch-site.js";
import { answersFor } from "./binding.js";
import { credentialsOf, showsKey } from "./callers.js";
import { crossOrigin } from "./cross-origin.js";
import { failureOf, replyWithFailure, type Form } from "./replies.js";
import { requestCounter } from "./request-counter.js";
import { feedbackPath, routesOf } from "./routes.js";
import type { ServeParts } from "./serve-parts.js";

/** The routes behind the checks that every request passes. */
export function createApp(parts: ServeParts): Hono {
  const { admission, config, feedback, logger, page } = parts;
  const app = new Hono();
  const routes = routesOf(parts);

  const fail = (context: Context, error: unknown, form: Form): Promise<Response> => {
    const failure = failureOf(error);
    const line = { err: error, method: context.req.method, path: context.req.path };
    if (failure.status >= 500) logger.error(line, "request failed");
    else logger.debug(line, "request refused");
    return replyWithFailure(context, failure, form, page);
  };

  app.use(requestCounter(parts));
  app.use(securityHeaders);
  app.use(hostCheck(answersFor(config)));
  app.use(feedbackPath, crossOrigin(feedback.browsers?.origins ?? new Set()));
  for (const { method, path, scope, form, handle } of routes) {
    const takesTokens = path === feedbackPath && feedback.browsers?.takesTokens === true;
    app.on(method, path, async (context) => {
      try {
        if (scope === "read") refuseForeignPage(context, form);
        // A token stands in the body: whoever sends no key must have one, and the door asks for it.
        const byToken = takesTokens && !showsKey(context);
        if (scope !== "public" && !byToken) {
          admission.admit(credentialsOf(context), scope, "web");
        }
        return await handle(context);
      } catch (error) {
        return await fail(context, error, form);
      }
    });
  }
  for (const path of new Set(routes.map((route) => route.path))) {
    const methods = routes.filter((route) => route.path === path).map((route) => route.method);
    const allowed = methods.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]));
    app.all(path, (context) => {
      context.header("allow", allowed.join(", "));
      const message = `${context.req.method} is not possible here; ${allowed.join(" and ")} are`;
      return fail(context, new CalibrantError("METHOD_NOT_ALLOWED", message), "data");
    });
  }
  app.notFound((context) => {
    const form = context.req.header("accept")?.includes("text/html") ? "page" : "data";
    const message = `${context.req.path} is not an address of this server`;
    return fail(context, new CalibrantError("NOT_FOUND", message), form);
  });
  app.onError((error, context) => fail(context, error, "data"));
  return app;
}

/**
 * Data is not for pages of other addresses, though without an `Origin` browsers ask for them as well.
 * A link may lead to a page of this server: whoever has the link does not get to see the page.
 */
function refuseForeignPage({ req }: Context, form: Form): void {
  const followed =
    req.header("sec-fetch-mode") === "navigate" && req.header("sec-fetch-dest") === "document";
  if (!ofForeignPage(req.header("sec-fetch-site")) || (form === "page" && followed)) return;
  throw new CalibrantError(
    "SITE_REFUSED",
    "a page of another address may not read this; open the address itself",
  );
}

const contentSecurityPolicy = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

const securityHeaders: MiddlewareHandler = async (context, next) => {
  await next();
  const { headers } = context.res;
  headers.set("content-security-policy", contentSecurityPolicy);
  headers.set("x-content-type-options", "nosniff");
  headers.set("x-frame-options", "DENY");
  headers.set("referrer-policy", "same-origin");
  headers.set("cross-origin-opener-policy", "same-origin");
  headers.set("cross-origin-resource-policy", "same-origin");
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
};

function hostCheck(answers: (host: string | undefined) => boolean): MiddlewareHandler {
  return async (context, next) => {
    if (!answers(context.req.header("host"))) {
      throw new CalibrantError(
        "HOST_REFUSED",
        "the Host header names another host; list it in extensions.web.allowed_hosts",
      );
    }
    await next();
  };
}
