import type { z } from "zod";
import { createDecoder } from "#processor/decode/decode.js";
import { decodeConfig } from "#processor/decode/decode-config.js";
import type { Decoder, Redactor } from "#processor/model/ports.js";
import { redactConfig } from "#processor/redact/redact-config.js";
import { createRedactor } from "#processor/redact/redact.js";
import { recordMetrics, type RecordedMetrics } from "./recorded-metrics.js";

export type RedactSettings = z.input<typeof redactConfig>;

/** One thing of each preset that must not be stored, with what comes to stand for it. */
export const canaries = {
  email: "canary.person+7@mail.example.com",
  phone: "+49 (0)30 5550199-12",
  card_number: "4111 1111 1111 1111",
  iban: "DE89 3704 0044 0532 0130 00",
  api_key: "sk-proj-Canary0123456789abcdefABCDEF",
  jwt: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P",
  ipv4: "203.0.113.77",
} as const;

export const allPresets = Object.keys(canaries) as (keyof typeof canaries)[];

export function redactorWith(settings: RedactSettings): {
  readonly redactor: Redactor | undefined;
  readonly metrics: RecordedMetrics;
} {
  const metrics = recordMetrics();
  const config = redactConfig.parse(settings);
  return { redactor: createRedactor({ config, meter: metrics.meter }), metrics };
}

/** A redactor that has something to do. */
export function redactor(settings: RedactSettings = { patterns: allPresets }): Redactor {
  const made = redactorWith(settings).redactor;
  if (made === undefined) throw new Error("the settings have no rule");
  return made;
}

export function decoderWith(given: Redactor | undefined): Decoder {
  return createDecoder({
    config: decodeConfig.parse({}),
    clock: { now: () => 1_700_000_000_123, sleep: () => Promise.resolve() },
    redactor: given,
  });
}
