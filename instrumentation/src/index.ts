export type { CallContent, Redact, RetrievedDocument } from "./call-content.js";
export { GenAiFetchInstrumentation } from "./fetch-instrumentation.js";
export type { BaggagePolicy } from "./baggage-policy.js";
export type { FeedbackKind, FeedbackOptions } from "./feedback-event.js";
export { createFeedbackToken, type FeedbackTokenOptions } from "./feedback-token.js";
export { currentInteraction, withInteraction, type InteractionReference } from "./interaction.js";
export type { InteractionOptions } from "./interaction-marks.js";
export {
  InteractionLogRecordProcessor,
  InteractionSpanProcessor,
} from "./interaction-processors.js";
export { InteractionPropagator } from "./interaction-propagator.js";
export { flushFeedback, recordFeedback } from "./record-feedback.js";
export type { Message, MessagePart } from "./messages.js";
export type { GenAiFetchInstrumentationConfig } from "./settings.js";
export { withRetrieval, withTool } from "./tool.js";
