import { describe, expect, it } from "vitest";
import { capturedRequests } from "../support/otlp-cases.js";
import { testReceiver } from "../support/test-receiver.js";

const tables = { traces: "otel.otel_traces", logs: "otel.otel_logs" } as const;

describe("captured requests, sent as the SDKs sent them", () => {
  it.each(capturedRequests())("$name", async (request) => {
    const { path, signal, contentType, contentEncoding, body } = request;
    const receiver = await testReceiver();
    const answer = await fetch(`${receiver.url}${path}`, {
      method: "POST",
      headers: {
        "content-type": contentType,
        ...(contentEncoding === null ? {} : { "content-encoding": contentEncoding }),
      },
      body: new Uint8Array(body),
    });
    const content = Buffer.from(await answer.arrayBuffer());
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe(contentType);
    const received = await receiver.metrics.value("calibrant.receive.items", {
      signal,
      outcome: "received",
    });
    expect(received).toBeGreaterThan(0);

    const stored = signal === "metrics" ? [] : receiver.rows(tables[signal]);
    const accepted = { signal, outcome: "accepted" };
    expect(await receiver.metrics.value("calibrant.receive.items", accepted)).toBe(stored.length);
    const json = contentType.includes("json");
    const note = "metrics are not stored; only traces and logs are";
    // Partial success of metrics is `partial_success { rejected_data_points, error_message }`.
    const partial = json
      ? `{"partialSuccess":{"rejectedDataPoints":"${received}","errorMessage":"${note}"}}`
      : `\n${String.fromCharCode(note.length + 4)}\b${String.fromCharCode(received)}\u0012${String.fromCharCode(note.length)}${note}`;
    const complete = json ? "{}" : "";
    expect(content.toString()).toBe(signal === "metrics" ? partial : complete);
    expect(stored.length + (signal === "metrics" ? received : 0)).toBe(received);
  });
});
