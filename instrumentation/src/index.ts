export type { CallContent, Redact } from "./call-content.js";
export { GenAiFetchInstrumentation } from "./fetch-instrumentation.js";
export {
  currentInteraction,
  withInteraction,
  type InteractionOptions,
  type InteractionReference,
} from "./interaction.js";
export type { Message, MessagePart } from "./messages.js";
export type { GenAiFetchInstrumentationConfig } from "./settings.js";
export { withRetrieval, withTool, type RetrievedDocument } from "./tool.js";
