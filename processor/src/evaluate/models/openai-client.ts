import OpenAI from "openai";
import { guardedFetch, ownCallHeader } from "./guarded-fetch.js";
import type { ModelConfig } from "./model-config.js";

/** Headers of the `openai` package that a model server needs; those that describe this machine stay. */
const forwardedHeaders = ["authorization", "content-type", "accept", "user-agent", ownCallHeader];

/** A client for one address and key. It makes one attempt a call. */
export function createOpenaiClient(config: ModelConfig): OpenAI {
  const extra = Object.keys(config.headers).map((header) => header.toLowerCase());
  const keyed = config.api_key !== "";
  return new OpenAI({
    baseURL: config.base_url,
    apiKey: keyed ? config.api_key : "none",
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    timeout: config.timeout + 1_000,
    logLevel: "off",
    defaultHeaders: { ...config.headers, [ownCallHeader]: "1" },
    fetch: guardedFetch({
      origin: new URL(config.base_url).origin,
      timeout: config.timeout,
      headers: new Set([...forwardedHeaders.slice(keyed ? 0 : 1), ...extra]),
      connections: config.concurrency,
    }),
  });
}
