import type { TestReceiver } from "./test-receiver.js";

/** The port of OTLP/gRPC. */
export function portOf({ grpc }: TestReceiver): number {
  return Number(grpc.split(":").at(-1));
}

/** The memory that requests take now, over gRPC and HTTP. */
export function heldBytes({ metrics }: TestReceiver): Promise<number> {
  return metrics.value("calibrant.receive.held_bytes");
}

/** How many gRPC connections were ended before any request. */
export function endedConnections({ metrics }: TestReceiver, reason: string): Promise<number> {
  return metrics.value("calibrant.receive.ended_connections", { protocol: "grpc", reason });
}
