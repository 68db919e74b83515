import type { MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import type { ServeParts } from "./serve-parts.js";

/** Counts requests and their durations by route, never by address: ids do not belong in labels. */
export function requestCounter({
  meter,
  clock,
}: Pick<ServeParts, "meter" | "clock">): MiddlewareHandler {
  const requests = meter.createCounter("calibrant.serve.requests", {
    description: "HTTP requests by route and status",
    unit: "{request}",
  });
  const durations = meter.createHistogram("calibrant.serve.duration", {
    description: "Time to answer an HTTP request",
    unit: "s",
    advice: { explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] },
  });
  return async (context, next) => {
    const started = clock.now();
    await next();
    const matched = routePath(context, -1);
    const route = matched === "*" || matched === "/*" ? "other" : matched;
    requests.add(1, { method: context.req.method, route, status: context.res.status });
    durations.record(Math.max(0, clock.now() - started) / 1_000, { route });
  };
}
