import { readinessReport } from "../health.js";
import type { Handler, ServeParts } from "../serve-parts.js";

/** The process is alive; nothing is said about what it depends on. */
export function healthHandler({ clock, startedAt, version }: ServeParts): Handler {
  return (context) =>
    context.json({
      status: "ok",
      version,
      uptime_seconds: Math.max(0, Math.round((clock.now() - startedAt) / 1_000)),
    });
}

/** 503 while a part cannot do its work, with a sentence about each. */
export function readyHandler({ readiness }: ServeParts): Handler {
  return (context) => {
    const report = readinessReport(readiness);
    return context.json(report, report.ready ? 200 : 503);
  };
}

/** The service's own metrics for Prometheus. */
export function metricsHandler({ metrics }: ServeParts): Handler {
  return async (context) => {
    const text = await metrics.text();
    context.header("content-type", metrics.contentType);
    return context.body(text);
  };
}
