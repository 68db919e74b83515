import { status as codes } from "@grpc/grpc-js";
import { describe, expect, it } from "vitest";
import { parseConfig } from "#processor/config.js";
import { grpcClient, metricsPath } from "../support/grpc-client.js";
import { testReceiver, type TestReceiver } from "../support/test-receiver.js";

/** ExportMetricsServiceRequest: one gauge with two data points that have no value. */
const twoPoints = Buffer.from("0a0d120b12090a01672a040a000a00", "hex");

function post({ url }: TestReceiver, base = ""): Promise<Response> {
  const headers = { "content-type": "application/x-protobuf" };
  const body = new Uint8Array(twoPoints);
  return fetch(`${url}${base}/v1/metrics`, { method: "POST", headers, body });
}

const note = "metrics are not stored; only traces and logs are";

describe("metrics", () => {
  it("are taken by default, with a note that they are not stored", async () => {
    const receiver = await testReceiver({
      metrics: parseConfig("", {}).receivers.otlp.metrics,
    });
    for (const base of ["", "/api/public/otel"]) {
      const answer = await post(receiver, base);
      expect(answer.status).toBe(200);
      expect(await answer.text()).toContain(note);
    }
    const overGrpc = await grpcClient(receiver.grpc).export(twoPoints, { path: metricsPath });
    expect(overGrpc.code).toBe(codes.OK);
    expect(overGrpc.body.subarray(0, 4).toString("hex")).toBe("0a340802");
    expect(overGrpc.body.toString()).toContain(note);
    const rejected = { signal: "metrics", outcome: "rejected", reason: "metrics_not_stored" };
    expect(await receiver.metrics.value("calibrant.receive.items", rejected)).toBe(6);
  });

  it("are refused where the configuration says so", async () => {
    const { metrics } = parseConfig("receivers: { otlp: { metrics: refuse } }", {}).receivers.otlp;
    const receiver = await testReceiver({ metrics });
    const answer = await post(receiver);
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain("metrics are refused (receivers.otlp.metrics)");
    const overGrpc = await grpcClient(receiver.grpc).export(twoPoints, { path: metricsPath });
    expect(overGrpc.code).toBe(codes.UNIMPLEMENTED);
  });
});
