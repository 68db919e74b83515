import type { Attributes } from "@opentelemetry/api";
import { genAi } from "../attributes.js";
import type { CallContent } from "../call-content.js";
import { listOf, numberOf, objectOf, textOf, type JsonObject } from "../json.js";
import { contentMessages, outputMessages, partsOf } from "./gemini-content.js";
import { geminiModel, geminiProvider } from "./gemini-path.js";
import { GenerateStreamCollector } from "./gemini-stream.js";
import type { ProviderApi } from "./provider-api.js";

/** `POST .../models/MODEL:generateContent` and `:streamGenerateContent`, of Gemini and of Vertex AI. */
export const geminiGenerate: ProviderApi = {
  operation: "generate_content",
  matches: (path) => /:(?:streamG|g)enerateContent$/.test(path),
  provider: geminiProvider,
  accepts: (body) => body["contents"] !== undefined,
  target: (path) => ({
    model: geminiModel(path),
    stream: path.endsWith(":streamGenerateContent"),
  }),
  requestAttributes,
  requestContent: (body): CallContent => ({
    inputMessages: contentMessages(body["contents"]),
    systemInstructions: partsOf(body["systemInstruction"] ?? body["system_instruction"]),
    toolDefinitions: listOf(body["tools"]),
  }),
  responseAttributes,
  responseContent: (body) => ({ outputMessages: outputMessages(body["candidates"]) }),
  collector: () => new GenerateStreamCollector(),
};

function requestAttributes(body: JsonObject): Attributes {
  const settings = objectOf(body["generationConfig"] ?? body["generation_config"]);
  const stop = listOf(settings["stopSequences"]);
  const choices = numberOf(settings["candidateCount"]);
  return {
    [genAi.requestMaxTokens]: numberOf(settings["maxOutputTokens"]),
    [genAi.requestTemperature]: numberOf(settings["temperature"]),
    [genAi.requestTopK]: numberOf(settings["topK"]),
    [genAi.requestTopP]: numberOf(settings["topP"]),
    [genAi.requestFrequencyPenalty]: numberOf(settings["frequencyPenalty"]),
    [genAi.requestPresencePenalty]: numberOf(settings["presencePenalty"]),
    [genAi.requestSeed]: numberOf(settings["seed"]),
    [genAi.requestChoiceCount]: choices === 1 ? undefined : choices,
    [genAi.requestStopSequences]: stop.length === 0 ? undefined : stop.map(String),
    [genAi.outputType]: outputType(textOf(settings["responseMimeType"])),
  };
}

function outputType(mediaType: string | undefined): string | undefined {
  if (mediaType === undefined) return undefined;
  return mediaType === "text/plain" ? "text" : "json";
}

function responseAttributes(body: JsonObject): Attributes {
  const reasons = listOf(body["candidates"])
    .map((candidate) => textOf(objectOf(candidate)["finishReason"]))
    .filter((reason) => reason !== undefined);
  const blocked = textOf(objectOf(body["promptFeedback"])["blockReason"]);
  if (blocked !== undefined) reasons.push(blocked);
  return {
    [genAi.responseId]: textOf(body["responseId"]),
    [genAi.responseModel]: textOf(body["modelVersion"]),
    [genAi.responseFinishReasons]: reasons.length === 0 ? undefined : reasons,
    ...usageAttributes(objectOf(body["usageMetadata"])),
  };
}

/** The API counts thoughts, and prompts made of tools' results, beside the others. */
function usageAttributes(usage: JsonObject): Attributes {
  const thoughts = numberOf(usage["thoughtsTokenCount"]);
  return {
    [genAi.usageInput]: sum(usage["promptTokenCount"], usage["toolUsePromptTokenCount"]),
    [genAi.usageOutput]: sum(usage["candidatesTokenCount"], thoughts),
    [genAi.usageCacheRead]: numberOf(usage["cachedContentTokenCount"]),
    [genAi.usageReasoning]: thoughts,
  };
}

function sum(...counts: readonly unknown[]): number | undefined {
  const known = counts.map(numberOf).filter((count) => count !== undefined);
  return known.length === 0 ? undefined : known.reduce((total, count) => total + count, 0);
}
