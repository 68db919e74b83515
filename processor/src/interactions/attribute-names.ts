/**
 * The names of the OpenTelemetry conventions and those of Calibrant. The conventions are still in
 * development and libraries lag behind them, so each list has the current name first and older ones
 * after it. No npm package has the current names. Names of one library stand in its dialect.
 */

export const genAi = {
  operation: ["gen_ai.operation.name"],
  /** Older traceloop: what kind of request it is, on spans without an operation name. */
  requestType: ["llm.request.type"],
  provider: ["gen_ai.provider.name", "gen_ai.system"],
  requestModel: ["gen_ai.request.model"],
  responseModel: ["gen_ai.response.model"],
  responseId: ["gen_ai.response.id"],
  serviceTier: [
    "openai.response.service_tier",
    "gen_ai.openai.response.service_tier",
    "anthropic.response.service_tier",
    "gen_ai.response.service_tier",
    "openai.request.service_tier",
    "gen_ai.openai.request.service_tier",
  ],
  finishReasons: ["gen_ai.response.finish_reasons", "anthropic.message.stop_reason"],
  inputTokens: ["gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"],
  outputTokens: ["gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"],
  cacheReadTokens: [
    "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.cache_read_input_tokens",
    "gen_ai.usage.input_tokens.cached",
  ],
  cacheWriteTokens: [
    "gen_ai.usage.cache_write.input_tokens",
    "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.cache_creation_input_tokens",
  ],
  reasoningTokens: [
    "gen_ai.usage.reasoning.output_tokens",
    "gen_ai.usage.reasoning_tokens",
    "gen_ai.usage.details.reasoning_tokens",
    "gen_ai.usage.output_tokens.reasoning",
  ],
  inputMessages: ["gen_ai.input.messages"],
  outputMessages: ["gen_ai.output.messages"],
  /** Sentry: the words of the answer and, apart from them, the calls of tools. */
  responseText: ["gen_ai.response.text"],
  responseToolCalls: ["gen_ai.response.tool_calls"],
  requestMessages: [
    "gen_ai.request.messages",
    "gen_ai.prompt_json",
    "gen_ai.content.prompt",
    "gen_ai.prompt",
  ],
  responseMessages: ["gen_ai.completion_json", "gen_ai.content.completion", "gen_ai.completion"],
  cost: ["gen_ai.usage.cost", "gen_ai.usage.total_cost"],
  systemInstructions: ["gen_ai.system_instructions"],
  toolDefinitions: ["gen_ai.tool.definitions", "gen_ai.request.available_tools"],
  toolName: ["gen_ai.tool.name", "spring.ai.tool.definition.name"],
  toolCallId: ["gen_ai.tool.call.id"],
  toolArguments: ["gen_ai.tool.call.arguments", "spring.ai.tool.call.arguments"],
  toolResult: ["gen_ai.tool.call.result", "spring.ai.tool.call.result"],
  retrievalQuery: ["gen_ai.retrieval.query.text"],
  retrievalDocuments: ["gen_ai.retrieval.documents"],
  conversation: [
    "gen_ai.conversation.id",
    "gen_ai.thread.id",
    "spring.ai.chat.client.conversation.id",
  ],
  agentName: ["gen_ai.agent.name"],
  promptName: ["gen_ai.prompt.name"],
  promptVersion: ["gen_ai.prompt.version"],
} as const;

/** Log records and span events that carry content. */
export const genAiEvents = {
  system: "gen_ai.system.message",
  user: "gen_ai.user.message",
  assistant: "gen_ai.assistant.message",
  tool: "gen_ai.tool.message",
  choice: "gen_ai.choice",
  details: "gen_ai.client.inference.operation.details",
  /** The oldest form: one event with all messages as JSON text. */
  prompt: "gen_ai.content.prompt",
  completion: "gen_ai.content.completion",
  /** Attributes of events that hold a whole body as JSON text. */
  content: ["gen_ai.event.content"],
  promptContent: ["gen_ai.prompt"],
  completionContent: ["gen_ai.completion"],
} as const;

/** Where the marks of an interaction are looked for, the most telling name first. */
export const marks = {
  session: ["session.id", "langfuse.session.id", "gen_ai.conversation.id", "gen_ai.thread.id"],
  user: [
    "user.id",
    "langfuse.user.id",
    "gen_ai.user.id",
    "enduser.id",
    "enduser.pseudo.id",
    "llm.user",
  ],
  segment: ["calibrant.segment", "user.segment"],
  feature: ["calibrant.feature", "feature"],
  variant: ["calibrant.variant"],
  release: ["calibrant.release", "service.version"],
  environment: ["deployment.environment.name", "deployment.environment"],
  agent: ["gen_ai.agent.name"],
  promptName: ["calibrant.prompt.name", "gen_ai.prompt.name"],
  promptVersion: ["calibrant.prompt.version", "gen_ai.prompt.version"],
} as const;

/** A span of an application that carries one of these serves a GenAI interaction. */
export const interactionMarks = [
  "gen_ai.conversation.id",
  "gen_ai.agent.name",
  "gen_ai.prompt.name",
  "calibrant.feature",
  "calibrant.prompt.name",
] as const;

export const errors = {
  type: ["error.type"],
  exceptionEvent: "exception",
  exceptionType: ["exception.type"],
  exceptionStack: ["exception.stacktrace"],
} as const;

/** Set to true on the calls of Calibrant's own judges. */
export const judgeMark = "calibrant.judge";
