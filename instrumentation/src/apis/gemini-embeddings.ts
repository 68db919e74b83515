import { genAi } from "../attributes.js";
import { listOf, numberOf, objectOf, type JsonObject } from "../json.js";
import { geminiModel, geminiProvider } from "./gemini-path.js";
import type { ProviderApi } from "./provider-api.js";

/** `POST .../models/MODEL:embedContent` and `:batchEmbedContents`. Neither texts nor vectors are recorded. */
export const geminiEmbeddings: ProviderApi = {
  operation: "embeddings",
  matches: (path) => /:(?:embedContent|batchEmbedContents)$/.test(path),
  provider: geminiProvider,
  accepts: (body) => body["content"] !== undefined || Array.isArray(body["requests"]),
  target: (path) => ({ model: geminiModel(path), stream: false }),
  requestAttributes: (body) => ({ [genAi.embeddingsDimensionCount]: dimensions(body) }),
  requestContent: () => ({}),
  responseAttributes: (body) => {
    const usage = objectOf(body["usageMetadata"]);
    return { [genAi.usageInput]: numberOf(usage["promptTokenCount"]) };
  },
  responseContent: () => ({}),
  collector: () => undefined,
};

function dimensions(body: JsonObject): number | undefined {
  const single = Array.isArray(body["requests"]) ? objectOf(listOf(body["requests"])[0]) : body;
  const settings = objectOf(single["embedContentConfig"]);
  return numberOf(single["outputDimensionality"] ?? settings["outputDimensionality"]);
}
