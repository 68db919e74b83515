import type { Meter } from "@opentelemetry/api";
import type { Signal } from "./routes.js";

export type Protocol = "http" | "grpc";

/** What became of the items of one request. */
export interface ItemOutcome {
  readonly signal: Signal;
  readonly accepted: number;
  /** By reason. */
  readonly rejected: ReadonlyMap<string, number>;
}

export interface ReceiveTelemetry {
  /**
   * @param signal undefined when the path names none
   * @param status of HTTP or of gRPC
   */
  request(protocol: Protocol, signal: Signal | undefined, status: number): void;
  /** Ended without a request. */
  connectionEnded(protocol: Protocol, reason: "limit" | "timeout"): void;
  bytes(signal: Signal, sent: number, plain: number): void;
  /** Counts items as received and, each once, as accepted or rejected. */
  items(outcome: ItemOutcome): void;
  close(): void;
}

export function receiveTelemetry(meter: Meter, bytesHeld: () => number): ReceiveTelemetry {
  const requests = meter.createCounter("calibrant.receive.requests", {
    description: "Requests answered, by protocol, signal and status (of HTTP or gRPC)",
  });
  const endedConnections = meter.createCounter("calibrant.receive.ended_connections", {
    description: "Connections ended without a request, by protocol and reason (limit or timeout)",
  });
  const sentBytes = meter.createCounter("calibrant.receive.bytes", {
    description: "Bytes of bodies as they were sent",
    unit: "By",
  });
  const plainBytes = meter.createCounter("calibrant.receive.decompressed_bytes", {
    description: "Bytes of bodies after decompression",
    unit: "By",
  });
  const items = meter.createCounter("calibrant.receive.items", {
    description: "Spans, log records and data points; received = accepted + rejected",
  });
  const held = meter.createObservableGauge("calibrant.receive.held_bytes", {
    description: "Bytes that requests under way hold",
    unit: "By",
  });
  const observe: Parameters<typeof held.addCallback>[0] = (result) => result.observe(bytesHeld());
  held.addCallback(observe);
  return {
    request: (protocol, signal, status) =>
      requests.add(1, { protocol, signal: signal ?? "unknown", status }),
    connectionEnded: (protocol, reason) => endedConnections.add(1, { protocol, reason }),
    bytes: (signal, sent, plain) => {
      sentBytes.add(sent, { signal });
      plainBytes.add(plain, { signal });
    },
    items: ({ signal, accepted, rejected }) => {
      let received = accepted;
      for (const count of rejected.values()) received += count;
      if (received > 0) items.add(received, { signal, outcome: "received" });
      if (accepted > 0) items.add(accepted, { signal, outcome: "accepted" });
      for (const [reason, count] of rejected) {
        if (count > 0) items.add(count, { signal, outcome: "rejected", reason });
      }
    },
    close: () => held.removeCallback(observe),
  };
}
