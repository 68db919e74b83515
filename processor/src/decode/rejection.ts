/** Why one span or log record was not accepted. Stable words: they are attribute values of metrics. */
export type Rejection =
  | "trace_id_invalid"
  | "span_id_invalid"
  | "parent_span_id_invalid"
  | "start_time_missing"
  | "time_out_of_range"
  | "too_many_attributes"
  | "too_many_events"
  | "too_many_links"
  | "nested_too_deeply"
  | "too_many_days";
