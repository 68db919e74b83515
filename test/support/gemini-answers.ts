import type { ServerResponse } from "node:http";
import { dataEvent, json, stream } from "./answer-writing.js";

export interface GenerateRequest {
  readonly tools?: unknown;
  readonly requests?: readonly unknown[];
  readonly generationConfig?: {
    readonly responseMimeType?: string;
    readonly thinkingConfig?: unknown;
  };
}

const usageMetadata = {
  promptTokenCount: 12,
  candidatesTokenCount: 3,
  thoughtsTokenCount: 2,
  cachedContentTokenCount: 4,
  totalTokenCount: 17,
};

/** The model names choose what comes: see `startModelApiServer`. */
export function answerGemini(
  { model, method }: { readonly model: string; readonly method: string },
  request: GenerateRequest,
  response: ServerResponse,
): void {
  if (method === "batchEmbedContents") {
    return json(response, { embeddings: (request.requests ?? []).map(() => ({ values: [0.25] })) });
  }
  if (method === "embedContent") return json(response, { embedding: { values: [0.25, -0.5] } });
  const head = { modelVersion: `${model}-001`, responseId: "resp_1" };
  const pieces = partsOf(request);
  if (method === "generateContent") {
    const candidate = { content: contentOf(pieces), finishReason: "STOP", index: 0 };
    return json(response, { candidates: [candidate], usageMetadata, ...head });
  }
  const events = pieces.map((part, at) => ({
    candidates: [
      {
        content: contentOf([part]),
        index: 0,
        ...(at === pieces.length - 1 ? { finishReason: "STOP" } : {}),
      },
    ],
    usageMetadata,
    ...head,
  }));
  if (model === "stalling") return stream(response, events.slice(0, 1).map(dataEvent), false);
  if (model === "broken") {
    const error = { code: 503, message: "said overloaded", status: "UNAVAILABLE" };
    return stream(response, [...events.slice(0, 1), { error }].map(dataEvent));
  }
  return stream(response, events.map(dataEvent));
}

function contentOf(parts: readonly object[]): object {
  return { role: "model", parts };
}

function partsOf(request: GenerateRequest): object[] {
  const thoughts =
    request.generationConfig?.thinkingConfig === undefined
      ? []
      : [{ text: "They greet me.", thought: true }];
  if (request.tools !== undefined) {
    return [
      ...thoughts,
      { functionCall: { id: "call_1", name: "weather", args: { city: "Bern" } } },
    ];
  }
  if (request.generationConfig?.responseMimeType === "application/json") {
    return [...thoughts, { text: '{"colour":' }, { text: '"blue"}' }];
  }
  return [...thoughts, { text: "Hello ☕" }, { text: " there" }];
}

export function refuseGemini(response: ServerResponse, code: number, status: string): void {
  json(response, { error: { code, message: `said ${status}`, status } }, code);
}
