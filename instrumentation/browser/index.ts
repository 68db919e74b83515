export { attachFeedback } from "./attach-feedback.js";
export type { AttachOptions, FeedbackHandle, ImplicitSignal } from "./attach-feedback.js";
export type { FeedbackTarget } from "./feedback-sender.js";
export type { ThumbsLabels } from "./thumbs.js";
