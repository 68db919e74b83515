import { onTestFinished } from "vitest";
import type { z } from "zod";
import { admissionConfig } from "#processor/admission/admission-config.js";
import { createAdmission } from "#processor/admission/admission.js";
import { createDecoder } from "#processor/decode/decode.js";
import { decodeConfig } from "#processor/decode/decode-config.js";
import { systemClock } from "#processor/kernel/clock.js";
import { createLogger } from "#processor/kernel/logger.js";
import type { Block } from "#processor/model/block.js";
import { receiveConfig } from "#processor/receive/receive-config.js";
import { startReceiver } from "#processor/receive/receive.js";
import { nativeRows, type NativeRow } from "./native-block.js";
import { recordMetrics, type RecordedMetrics } from "./recorded-metrics.js";

export interface ReceiverSettings {
  readonly http?: z.input<typeof receiveConfig>["http"];
  readonly grpc?: z.input<typeof receiveConfig>["grpc"];
  readonly metrics?: "accept" | "refuse";
  readonly keys?: z.input<typeof admissionConfig>;
  readonly limits?: z.input<typeof decodeConfig>;
  /** Stands before what would make the blocks durable. */
  readonly append?: (blocks: readonly Block[]) => Promise<void>;
  readonly pressure?: () => string | undefined;
}

export interface TestReceiver {
  readonly url: string;
  readonly port: number;
  /** `host:port` of OTLP/gRPC; empty when it is switched off. */
  readonly grpc: string;
  readonly metrics: RecordedMetrics;
  /** Rows that were acknowledged, of one table. */
  rows(table: Block["table"]): NativeRow[];
  stop(): Promise<void>;
}

/** A receiver on a free port whose blocks stay in memory; stopped when the test has finished. */
export async function testReceiver(settings: ReceiverSettings = {}): Promise<TestReceiver> {
  const kept: Block[] = [];
  const metrics = recordMetrics();
  const receiver = await startReceiver({
    config: receiveConfig.parse({
      http: { endpoint: "127.0.0.1:0", ...settings.http },
      grpc: { endpoint: "127.0.0.1:0", ...settings.grpc },
    }),
    metrics: settings.metrics ?? "accept",
    decoder: createDecoder({
      config: decodeConfig.parse(settings.limits ?? {}),
      clock: systemClock,
    }),
    intake: {
      append: async (blocks) => {
        await settings.append?.(blocks);
        kept.push(...blocks);
      },
    },
    admission: createAdmission({
      keys: admissionConfig.parse(settings.keys ?? []),
      meter: metrics.meter,
    }),
    pressure: { pressure: () => settings.pressure?.() },
    clock: systemClock,
    logger: createLogger("silent"),
    meter: metrics.meter,
  });
  onTestFinished(() => receiver.stop());
  return {
    url: `http://${receiver.address}`,
    port: Number(receiver.address.split(":").at(-1)),
    grpc: receiver.grpcAddress ?? "",
    metrics,
    rows: (table) =>
      kept.filter((block) => block.table === table).flatMap(({ bytes }) => nativeRows(bytes)),
    stop: () => receiver.stop(),
  };
}
