import type { Attributes } from "@opentelemetry/api";
import { genAi } from "../attributes.js";
import { numberOf, textOf, type JsonObject } from "../json.js";
import { usageAttributes } from "./openai-usage.js";
import { targetOfBody, type ProviderApi } from "./provider-api.js";

/** `POST .../embeddings`. Neither the texts nor the vectors are recorded. */
export const openAiEmbeddings: ProviderApi = {
  operation: "embeddings",
  matches: (path) => path.endsWith("/embeddings"),
  provider: () => "openai",
  accepts: (body) => body["input"] !== undefined,
  target: targetOfBody,
  requestAttributes,
  requestContent: () => ({}),
  responseAttributes: (body) => ({
    [genAi.responseModel]: textOf(body["model"]),
    ...usageAttributes(body["usage"]),
  }),
  responseContent: () => ({}),
  collector: () => undefined,
};

function requestAttributes(body: JsonObject): Attributes {
  const encoding = textOf(body["encoding_format"]);
  return {
    [genAi.requestEncodingFormats]: encoding === undefined ? undefined : [encoding],
    [genAi.embeddingsDimensionCount]: numberOf(body["dimensions"]),
  };
}
