/**
 * Attribute names of the OpenTelemetry GenAI semantic conventions (semantic-conventions-genai 0.1,
 * status Development; no npm package carries them) and of this project's own namespace.
 */
export const genAi = {
  conversationId: "gen_ai.conversation.id",
  embeddingsDimensionCount: "gen_ai.embeddings.dimension.count",
  inputMessages: "gen_ai.input.messages",
  operationName: "gen_ai.operation.name",
  outputMessages: "gen_ai.output.messages",
  outputType: "gen_ai.output.type",
  promptName: "gen_ai.prompt.name",
  promptVersion: "gen_ai.prompt.version",
  providerName: "gen_ai.provider.name",
  requestChoiceCount: "gen_ai.request.choice.count",
  requestEncodingFormats: "gen_ai.request.encoding_formats",
  requestFrequencyPenalty: "gen_ai.request.frequency_penalty",
  requestMaxTokens: "gen_ai.request.max_tokens",
  requestModel: "gen_ai.request.model",
  requestPresencePenalty: "gen_ai.request.presence_penalty",
  requestSeed: "gen_ai.request.seed",
  requestStopSequences: "gen_ai.request.stop_sequences",
  requestStream: "gen_ai.request.stream",
  requestTemperature: "gen_ai.request.temperature",
  requestTopK: "gen_ai.request.top_k",
  requestTopP: "gen_ai.request.top_p",
  responseFinishReasons: "gen_ai.response.finish_reasons",
  responseId: "gen_ai.response.id",
  responseModel: "gen_ai.response.model",
  responseTimeToFirstChunk: "gen_ai.response.time_to_first_chunk",
  retrievalDocuments: "gen_ai.retrieval.documents",
  retrievalQuery: "gen_ai.retrieval.query.text",
  systemInstructions: "gen_ai.system_instructions",
  toolCallArguments: "gen_ai.tool.call.arguments",
  toolCallId: "gen_ai.tool.call.id",
  toolCallResult: "gen_ai.tool.call.result",
  toolDefinitions: "gen_ai.tool.definitions",
  toolName: "gen_ai.tool.name",
  tokenType: "gen_ai.token.type",
  toolType: "gen_ai.tool.type",
  usageCacheRead: "gen_ai.usage.cache_read.input_tokens",
  usageCacheWrite: "gen_ai.usage.cache_write.input_tokens",
  usageInput: "gen_ai.usage.input_tokens",
  usageOutput: "gen_ai.usage.output_tokens",
  usageReasoning: "gen_ai.usage.reasoning.output_tokens",
} as const;

export const common = {
  errorType: "error.type",
  resendCount: "http.request.resend_count",
  serverAddress: "server.address",
  serverPort: "server.port",
  sessionId: "session.id",
  userId: "user.id",
} as const;

export const openAi = {
  apiType: "openai.api.type",
  requestServiceTier: "openai.request.service_tier",
  responseServiceTier: "openai.response.service_tier",
  responseSystemFingerprint: "openai.response.system_fingerprint",
} as const;

export const calibrant = {
  feature: "calibrant.feature",
  release: "calibrant.release",
  segment: "calibrant.segment",
  variant: "calibrant.variant",
} as const;
