import { randomBytes } from "node:crypto";
import { status as codes } from "@grpc/grpc-js";
import { expect, it, onTestFinished } from "vitest";
import { grpcClient } from "../support/grpc-client.js";
import { startLoad } from "../support/load-generator.js";
import { wireRequest } from "../support/otlp-samples.js";
import { createServiceProcess } from "../support/service-process.js";
import { until } from "../support/until.js";

it("a service that is stopped under load over HTTP and gRPC keeps what it acknowledged", async () => {
  const service = await createServiceProcess();
  onTestFinished(() => service.dispose());
  await service.start();

  const overHttp = startLoad(service.otlp, 2);
  const overGrpc = new Set<string>();
  const sender = async (): Promise<void> => {
    const client = grpcClient(service.grpc.replace("http://", ""), { compression: "gzip" });
    for (;;) {
      const spanId = randomBytes(8).toString("hex");
      const now = String(BigInt(Date.now()) * 1_000_000n);
      const times = { startTimeUnixNano: now, endTimeUnixNano: now };
      const { code } = await client.export(wireRequest({ spanId, name: "over gRPC", ...times }));
      if (code !== codes.OK) return;
      overGrpc.add(spanId);
    }
  };
  const senders = [sender(), sender(), sender()];
  await until("load", () => overHttp.acknowledged.size > 1_000 && overGrpc.size > 100);
  expect(await service.terminate()).toBe(0);
  await Promise.all(senders);
  await overHttp.stop();

  await service.start();
  const acknowledged = new Set([...overHttp.acknowledged, ...overGrpc]);
  const counts = await until("the spool to be loaded", async () => {
    const rows = await service.query<{ id: string; n: number }>(
      "SELECT SpanId AS id, toUInt32(count()) AS n FROM otel.otel_traces WHERE ServiceName = 'load-generator' OR SpanName = 'over gRPC' GROUP BY id",
    );
    const stored = new Map(rows.map(({ id, n }) => [id, n]));
    return [...acknowledged].every((id) => stored.has(id)) ? stored : undefined;
  });
  expect([...counts.values()].filter((n) => n > 1)).toEqual([]);
});
