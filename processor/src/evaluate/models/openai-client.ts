import OpenAI from "openai";
import { guardedFetch, ownCallHeader } from "./guarded-fetch.js";
import type { ModelConfig } from "./model-config.js";

/** Headers of the `openai` package that a model server needs; those that describe this machine stay. */
const forwardedHeaders = ["authorization", "content-type", "accept", "user-agent", ownCallHeader];

/** Files of answers are large, and take their time. */
const files = { timeout: 300_000, largestAnswer: 256 * 1_024 ** 2 };

/** A client for one address and key. It makes one attempt a call. */
export function createOpenaiClient(config: ModelConfig): OpenAI {
  return clientOf(config, guarded(config, { timeout: config.timeout }), config.timeout);
}

/** The same for the files of batches. */
export function createFileClient(config: ModelConfig): OpenAI {
  return clientOf(config, withForms(guarded(config, files)), files.timeout);
}

function clientOf(config: ModelConfig, fetch: typeof globalThis.fetch, timeout: number): OpenAI {
  return new OpenAI({
    baseURL: config.base_url,
    apiKey: config.api_key === "" ? "none" : config.api_key,
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    timeout: timeout + 1_000,
    logLevel: "off",
    defaultHeaders: { ...config.headers, [ownCallHeader]: "1" },
    fetch,
  });
}

function guarded(
  config: ModelConfig,
  limits: { readonly timeout: number; readonly largestAnswer?: number },
): typeof globalThis.fetch {
  const extra = Object.keys(config.headers).map((header) => header.toLowerCase());
  const keyed = config.api_key !== "";
  return guardedFetch({
    ...limits,
    origin: new URL(config.base_url).origin,
    headers: new Set([...forwardedHeaders.slice(keyed ? 0 : 1), ...extra]),
    connections: config.concurrency,
  });
}

/** Forms as bytes: the guarded fetch sends nothing else. */
function withForms(send: typeof globalThis.fetch): typeof globalThis.fetch {
  return async (input, init) => {
    if (!(init?.body instanceof FormData)) return await send(input, init);
    const form = new Response(init.body);
    const headers = new Headers(init.headers);
    headers.set("content-type", form.headers.get("content-type") ?? "");
    return await send(input, { ...init, headers, body: new Uint8Array(await form.arrayBuffer()) });
  };
}
