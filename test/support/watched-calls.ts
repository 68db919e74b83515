import { afterAll, afterEach } from "vitest";
import type { GenAiFetchInstrumentationConfig } from "#instrumentation/index.js";
import { startModelApiServer, type ModelApiServer } from "./model-api-server.js";
import { recordSpans, type RecordedSpans } from "./recorded-spans.js";

export interface WatchedCalls {
  readonly server: ModelApiServer;
  readonly recorded: RecordedSpans;
}

/**
 * A model API and the spans of the calls to it, for all tests of a file. After each test the
 * instrumentation is switched off, as it is at first, and the spans are forgotten.
 */
export async function watchedCalls(
  config: GenAiFetchInstrumentationConfig = {},
): Promise<WatchedCalls> {
  const server = await startModelApiServer();
  const recorded = recordSpans(config);
  afterEach(() => {
    recorded.instrumentation.disable();
    recorded.reset();
  });
  afterAll(async () => {
    await recorded.stop();
    await server.close();
  });
  return { server, recorded };
}
