import { status as codes } from "@grpc/grpc-js";
import { describe, expect, it } from "vitest";
import { heldIntake } from "../support/held-intake.js";
import { grpcClient } from "../support/grpc-client.js";
import { heldBytes } from "../support/grpc-receiver.js";
import { wireRequest } from "../support/otlp-samples.js";
import { testReceiver } from "../support/test-receiver.js";
import { until } from "../support/until.js";

const sound = wireRequest({});

describe("calls under way when the receiver stops", () => {
  it("are finished before the receiver stops, and no new ones are taken", async () => {
    const { append, arrived, open } = heldIntake();
    const receiver = await testReceiver({ append });
    const underWay = grpcClient(receiver.grpc).export(sound);
    await until("the call to be under way", arrived);
    const stopped = receiver.stop();
    expect((await grpcClient(receiver.grpc).export(sound)).code).toBe(codes.UNAVAILABLE);
    open();
    expect((await underWay).code).toBe(codes.OK);
    await stopped;
  });

  it("are cut when they do not finish in the time for stopping", async () => {
    const receiver = await testReceiver({
      grpc: { stop_timeout: 50 },
      append: () => new Promise(() => undefined),
    });
    const underWay = grpcClient(receiver.grpc).export(sound);
    await until("the call to be under way", async () => (await heldBytes(receiver)) > 0);
    await receiver.stop();
    expect((await underWay).code).toBe(codes.UNAVAILABLE);
  });

  it("under load are stopped without losing a call that was acknowledged", async () => {
    const receiver = await testReceiver({
      append: () => new Promise((resolve) => setImmediate(resolve)),
    });
    let acknowledged = 0;
    const sender = async (): Promise<void> => {
      const client = grpcClient(receiver.grpc);
      while ((await client.export(sound)).code === codes.OK) acknowledged++;
    };
    const senders = Array.from({ length: 8 }, sender);
    await until("the load", () => acknowledged > 100);
    await receiver.stop();
    await Promise.all(senders);
    expect(receiver.rows("otel.otel_traces").length).toBe(acknowledged);
  });
});
