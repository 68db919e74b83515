import { GenAiFetchInstrumentation as FetchInstrumentation } from "./fetch-instrumentation.js";
import { governContent } from "./process-content.js";
import type { GenAiFetchInstrumentationConfig } from "./settings.js";

/**
 * Records calls to model providers that go through `globalThis.fetch`. What it is told of content
 * (`captureMessageContent`, `redact`) holds for `withTool`, `withRetrieval` and `withInteraction` too.
 */
export class GenAiFetchInstrumentation extends FetchInstrumentation {
  override setConfig(config: GenAiFetchInstrumentationConfig): void {
    super.setConfig(config);
    governContent(this, config);
  }
}
