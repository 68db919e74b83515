import { ContentRecorder } from "./call-content.js";
import { contentCaptureFromEnvironment } from "./content-capture.js";
import type { FaultGuard } from "./faults.js";
import { capturesContent, type GenAiFetchInstrumentationConfig } from "./settings.js";

/** Of the process: an application may load this package both as a module and as CommonJS. */
const key = Symbol.for("@calibrant/instrumentation/content");
const holder = globalThis as typeof globalThis & {
  [key]?: Map<object, GenAiFetchInstrumentationConfig>;
};

/** What this instrumentation is told of content holds for the whole process from now on. */
export function governContent(
  instrumentation: object,
  config: GenAiFetchInstrumentationConfig,
): void {
  (holder[key] ??= new Map()).set(instrumentation, config);
}

/**
 * For content that no instrumentation records, such as that of `withTool`: it is recorded where
 * every instrumentation records content (without one, where the environment says so), and as the
 * hooks of all of them answer it. An instrumentation that has been disabled still counts: its hook
 * must not be lost.
 */
export function contentOfProcess(guard: FaultGuard): ContentRecorder {
  const configs = [...(holder[key]?.values() ?? [])];
  const captured =
    configs.length === 0 ? contentCaptureFromEnvironment() : configs.every(capturesContent);
  const hooks = configs.flatMap(({ redact }) => redact ?? []);
  const [first, ...others] = hooks;
  if (first === undefined) return new ContentRecorder(captured, undefined, guard);
  return new ContentRecorder(
    captured,
    (content) => others.reduce((kept, hook) => hook(kept), first(content)),
    guard,
  );
}
