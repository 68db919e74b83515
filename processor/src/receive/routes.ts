export type Signal = "traces" | "logs" | "metrics";

/** What may be posted where. The Langfuse path lets its users switch by changing a URL. */
const routes: ReadonlyMap<string, Signal> = new Map([
  ["/v1/traces", "traces"],
  ["/v1/logs", "logs"],
  ["/v1/metrics", "metrics"],
  ["/api/public/otel/v1/traces", "traces"],
]);

/** The signal that belongs to the target of a request, or undefined for an unknown path. */
export function routeOf(target: string): Signal | undefined {
  const query = target.indexOf("?");
  return routes.get(query < 0 ? target : target.slice(0, query));
}
