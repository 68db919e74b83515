import { createAdmission } from "#processor/admission/admission.js";
import { createMetrics, type Metrics } from "#processor/serve/metrics.js";
import { serveConfig } from "#processor/serve/serve-config.js";
import { startServer, type WebServer } from "#processor/serve/serve.js";
import type { ServeOptions } from "#processor/serve/serve-parts.js";
import { systemClock } from "#processor/kernel/clock.js";
import { createLogger } from "#processor/kernel/logger.js";
import { sampleInteractions, type Samples } from "./sample-interactions.js";
import { sampleQueries } from "./sample-queries.js";

export interface TestServer extends WebServer {
  readonly metrics: Metrics;
  readonly samples: Samples;
}

/** The web server on a free port over samples in memory, unless told otherwise. */
export async function startTestServer(changes: Partial<ServeOptions> = {}): Promise<TestServer> {
  const samples = sampleInteractions(Date.now());
  const metrics = createMetrics({ version: "1.2.3" });
  const server = await startServer({
    config: serveConfig.parse({ endpoint: "127.0.0.1:0" }),
    admission: createAdmission({ keys: [], meter: metrics.meter }),
    queries: sampleQueries(samples),
    feedback: { accept: () => Promise.resolve({ outcome: "accepted", feedbackIds: ["f"] }) },
    readiness: [],
    metrics: metrics.text,
    meter: metrics.meter,
    logger: createLogger("silent"),
    clock: systemClock,
    version: "1.2.3",
    otlpAddress: "http://127.0.0.1:4318",
    ...changes,
  });
  return {
    metrics,
    samples,
    address: server.address,
    stop: async () => {
      await server.stop();
      await metrics.shutdown();
    },
  };
}
