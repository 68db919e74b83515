export {
  GenAiFetchInstrumentation,
  type GenAiFetchInstrumentationConfig,
} from "./fetch-instrumentation.js";
export {
  currentInteraction,
  withInteraction,
  type InteractionOptions,
  type InteractionReference,
} from "./interaction.js";
export { withRetrieval, withTool, type RetrievedDocument } from "./tool.js";
