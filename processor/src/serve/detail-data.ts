import type { InteractionDetail } from "../model/ports.js";
import type { RawSpan } from "../model/telemetry.js";

/** The detail as JSON can hold it: maps become objects, nanoseconds become text. */
export function detailData(detail: InteractionDetail): unknown {
  return { ...detail, spans: detail.spans.map(spanData) };
}

function spanData(span: RawSpan): unknown {
  return {
    ...span,
    start: String(span.start),
    duration: String(span.duration),
    resource: Object.fromEntries(span.resource),
    attributes: Object.fromEntries(span.attributes),
    events: span.events.map((event) => ({
      name: event.name,
      time: String(event.time),
      attributes: Object.fromEntries(event.attributes),
    })),
  };
}
