import { SpanKind, trace } from "@opentelemetry/api";
import { aiSdk } from "./ai-sdk.js";
import { anthropic } from "./anthropic.js";
import type { Addresses, Client, Load } from "./client.js";
import { google } from "./google.js";
import { langChain } from "./langchain.js";
import { openAi } from "./openai.js";

const clients: readonly Client[] = [
  openAi(4),
  openAi(5),
  openAi(6),
  openAi(7),
  anthropic,
  aiSdk,
  google,
  langChain,
];

/**
 * Runs every scenario of every client, each within a span of its name where an SDK is set up, and
 * writes the results as one line of JSON.
 */
export async function run(load: Load): Promise<void> {
  const addresses = addressesFromEnvironment();
  const tracer = trace.getTracer("clients");
  const results: Record<string, unknown> = {};
  for (const client of clients) {
    for (const [name, scenario] of Object.entries(await client.scenarios(load, addresses))) {
      const title = `${client.name} ${name}`;
      results[title] = await tracer.startActiveSpan(
        title,
        { kind: SpanKind.INTERNAL },
        async (span) => {
          try {
            return await scenario();
          } catch (error) {
            return { thrown: String(error) };
          } finally {
            span.end();
          }
        },
      );
    }
  }
  process.stdout.write(`${JSON.stringify(results)}\n`);
}

function addressesFromEnvironment(): Addresses {
  const root = process.env["MODEL_ROOT"] ?? "";
  return { root, openai: `${root}/v1` };
}
