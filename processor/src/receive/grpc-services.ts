import type { ServiceDefinition } from "@grpc/grpc-js";
import type { Signal } from "./routes.js";

const services: Readonly<Record<Signal, string>> = {
  traces: "opentelemetry.proto.collector.trace.v1.TraceService",
  logs: "opentelemetry.proto.collector.logs.v1.LogsService",
  metrics: "opentelemetry.proto.collector.metrics.v1.MetricsService",
};

const signals: ReadonlyMap<string, Signal> = new Map(
  (Object.keys(services) as Signal[]).map((signal) => [pathOf(signal), signal]),
);

function pathOf(signal: Signal): string {
  return `/${services[signal]}/Export`;
}

/** The signal that belongs to the path of a method. */
export function signalOf(path: string): Signal | undefined {
  return signals.get(path);
}

function same(bytes: Buffer): Buffer {
  return bytes;
}

/** The service of one signal. Messages stay bytes: decoding is the decoder's. */
export function serviceOf(signal: Signal): ServiceDefinition {
  return {
    Export: {
      path: pathOf(signal),
      requestStream: false,
      responseStream: false,
      requestSerialize: same,
      requestDeserialize: same,
      responseSerialize: same,
      responseDeserialize: same,
    },
  };
}
