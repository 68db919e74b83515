/**
 * Whether messages may be recorded on spans, by the standard variable
 * `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT`: `true`, or the values that name spans.
 */
export function contentCaptureFromEnvironment(): boolean {
  const value = process.env["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] ?? "";
  return ["true", "span_only", "span_and_event"].includes(value.trim().toLowerCase());
}
