import { status as codes, type ServerInterceptingCallInterface } from "@grpc/grpc-js";
import { expect, it } from "vitest";
import { createLogger } from "#processor/kernel/logger.js";
import { GrpcExchange, type GrpcExchangeOptions } from "#processor/receive/grpc-exchange.js";
import { receiveTelemetry } from "#processor/receive/receive-telemetry.js";
import { tracesPath } from "../support/grpc-client.js";
import { recordMetrics } from "../support/recorded-metrics.js";

it("a call of a grpc-js with other fields is refused, and harms nobody", async () => {
  const metrics = recordMetrics();
  const exchange = new GrpcExchange({
    telemetry: receiveTelemetry(metrics.meter, () => 0),
    logger: createLogger("silent"),
    random: () => 0,
  } as unknown as GrpcExchangeOptions);
  const sent: unknown[] = [];
  const call = { sendStatus: (status: unknown) => sent.push(status) };
  exchange.intercept(tracesPath, call as unknown as ServerInterceptingCallInterface);
  expect(sent).toMatchObject([{ code: codes.INTERNAL, details: "internal error" }]);
  const counted = { protocol: "grpc", signal: "traces", status: codes.INTERNAL };
  expect(await metrics.value("calibrant.receive.requests", counted)).toBe(1);
});
