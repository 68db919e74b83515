import { context, createContextKey, ROOT_CONTEXT } from "@opentelemetry/api";
import { errorMessage } from "./errors.js";

export type Delivery =
  | { readonly outcome: "delivered" }
  | { readonly outcome: "refused"; readonly status: number; readonly reason: string }
  /** `after`: milliseconds, where the service has asked for that much. */
  | { readonly outcome: "unavailable"; readonly reason: string; readonly after?: number };

export interface FeedbackAddress {
  /** Of the service, such as `https://calibrant.example`. */
  readonly url: string;
  readonly apiKey?: string | undefined;
}

/** Milliseconds until a request is given up. */
const patience = 10_000;

/** The key by which OpenTelemetry's own exporters keep their requests out of the traces. */
const untraced = ROOT_CONTEXT.setValue(
  createContextKey("OpenTelemetry SDK Context Key SUPPRESS_TRACING"),
  true,
);

/** Sends events, each of them JSON, in one request. Never rejects. */
export async function deliver(
  { url, apiKey }: FeedbackAddress,
  events: readonly string[],
): Promise<Delivery> {
  try {
    const response = await context.with(untraced, () =>
      fetch(`${url.replace(/\/+$/, "")}/v1/feedback`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
        },
        body: `[${events.join(",")}]`,
        // The key is meant for this address alone.
        redirect: "error",
        signal: AbortSignal.timeout(patience),
      }),
    );
    const text = await response.text();
    return outcomeOf(response, text);
  } catch (error) {
    return { outcome: "unavailable", reason: errorMessage(error) };
  }
}

function outcomeOf({ ok, status, headers }: Response, text: string): Delivery {
  if (ok) return { outcome: "delivered" };
  const body = text.slice(0, 500);
  if (status < 500 && status !== 408 && status !== 429) {
    return { outcome: "refused", status, reason: body };
  }
  const seconds = Number(headers.get("retry-after") ?? Number.NaN);
  return {
    outcome: "unavailable",
    reason: `status ${status}: ${body}`,
    ...(seconds >= 0 ? { after: Math.min(seconds, 300) * 1_000 } : {}),
  };
}
