/**
 * Conditions that leave out verdicts among raw rows: spans that Calibrant forwarded, and log records
 * of the event `gen_ai.evaluation.result`, whoever made them. Arrivals are counted without them
 * (sql/0012), so everything that is compared with arrivals has to be read without them. The name
 * comes first, since it is cheaper to look at than the attributes.
 */
export const withoutVerdictSpans =
  "NOT (startsWith(SpanName, 'evaluate ') AND mapContains(SpanAttributes, 'calibrant.evaluation.id'))";

export const withoutVerdictLogs = "NOT mapContains(LogAttributes, 'gen_ai.evaluation.name')";
