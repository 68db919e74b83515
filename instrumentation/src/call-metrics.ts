import { createNoopMeter, type Attributes, type Histogram, type Meter } from "@opentelemetry/api";
import { common, genAi } from "./attributes.js";

/** The conventions' bucket boundaries, in seconds and in tokens. */
const secondBoundaries = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];
const tokenBoundaries = [
  1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216,
  67_108_864,
];

/** What the metrics need of a call that has ended; times in seconds. */
export interface CallFigures {
  /** The attributes of its span. */
  readonly attributes: Attributes;
  readonly duration: number;
  /** Undefined where the answer was not streamed, or none came. */
  readonly firstChunk: number | undefined;
}

/** The attributes that the conventions put on metrics; all have few values. */
const dimensions = [
  genAi.operationName,
  genAi.providerName,
  genAi.requestModel,
  genAi.responseModel,
  common.serverAddress,
  common.serverPort,
] as const;

/** The conventions' client metrics. */
export class CallMetrics {
  /** False where no SDK collects metrics: nothing needs to be measured for them. */
  readonly enabled: boolean;
  readonly #duration: Histogram;
  readonly #firstChunk: Histogram;
  readonly #tokens: Histogram;

  constructor(meter: Meter) {
    const seconds = { unit: "s", advice: { explicitBucketBoundaries: secondBoundaries } };
    this.#duration = meter.createHistogram("gen_ai.client.operation.duration", {
      description: "GenAI operation duration.",
      ...seconds,
    });
    this.#firstChunk = meter.createHistogram("gen_ai.client.operation.time_to_first_chunk", {
      description: "Time from the request to the first chunk of a streamed answer.",
      ...seconds,
    });
    this.#tokens = meter.createHistogram("gen_ai.client.token.usage", {
      description: "Number of input and output tokens used.",
      unit: "{token}",
      advice: { explicitBucketBoundaries: tokenBoundaries },
    });
    this.enabled = this.#duration !== createNoopMeter().createHistogram("");
  }

  record({ attributes, duration, firstChunk }: CallFigures): void {
    if (!this.enabled) return;
    const shared: Attributes = {};
    for (const name of dimensions) {
      if (attributes[name] !== undefined) shared[name] = attributes[name];
    }
    const error = attributes[common.errorType];
    const outcome = error === undefined ? shared : { ...shared, [common.errorType]: error };
    this.#duration.record(duration, outcome);
    if (firstChunk !== undefined) this.#firstChunk.record(firstChunk, shared);
    this.#count("input", attributes[genAi.usageInput], shared);
    this.#count("output", attributes[genAi.usageOutput], shared);
  }

  #count(type: string, tokens: unknown, attributes: Attributes): void {
    if (typeof tokens !== "number") return;
    this.#tokens.record(tokens, { ...attributes, [genAi.tokenType]: type });
  }
}
