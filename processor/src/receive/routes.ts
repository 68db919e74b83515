export type Signal = "traces" | "logs" | "metrics";

/**
 * Where OTLP is posted. Below the others the SDKs of Langfuse, LangWatch and LangSmith send traces,
 * and an exporter of OpenTelemetry that was set up for one of them sends everything: all of them
 * switch by changing a host name.
 */
const bases = ["", "/api/public/otel", "/api/otel", "/otel"];
const signals: readonly Signal[] = ["traces", "logs", "metrics"];

const routes: ReadonlyMap<string, Signal> = new Map(
  bases.flatMap((base) => signals.map((signal) => [`${base}/v1/${signal}`, signal] as const)),
);

/** The signal that belongs to the target of a request, or undefined for an unknown path. */
export function routeOf(target: string): Signal | undefined {
  const query = target.indexOf("?");
  return routes.get(query < 0 ? target : target.slice(0, query));
}
