import { CalibrantError } from "../kernel/errors.js";
import type { DecodedRequest, Decoder, Intake, Pressure, RequestEncoding } from "../model/ports.js";
import type { Hold } from "./byte-budget.js";
import type { ReceiveTelemetry } from "./receive-telemetry.js";
import type { PartialSuccess } from "./reply.js";
import type { Signal } from "./routes.js";

export interface OtlpHandlerOptions {
  readonly decoder: Decoder;
  readonly intake: Intake;
  readonly telemetry: ReceiveTelemetry;
}

/** @throws CalibrantError SPOOL_FULL (retryable) while the intake has no room */
export function refuseUnderPressure(intake: Pressure): void {
  const reason = intake.pressure();
  if (reason !== undefined) throw new CalibrantError("SPOOL_FULL", reason, { retryable: true });
}

/** Takes the body of one OTLP request: decodes it and makes it durable. */
export class OtlpHandler {
  readonly #options: OtlpHandlerOptions;

  constructor(options: OtlpHandlerOptions) {
    this.#options = options;
  }

  /**
   * Resolves when everything that is accepted is durable, with what the sender should be told.
   * @throws CalibrantError of the decoder or the intake; nothing of the request is kept then
   */
  async handle(
    signal: Signal,
    body: Buffer,
    encoding: RequestEncoding,
    hold: Hold,
  ): Promise<PartialSuccess | undefined> {
    const { decoder } = this.#options;
    if (signal === "metrics") return this.#refuseMetrics(decoder.metrics(body, encoding));
    const decoded = decoder[signal](body, encoding);
    for (const block of decoded.blocks) hold.count(block.bytes.length);
    await this.#store(signal, decoded);
    const { rejected, message } = decoded;
    return rejected === 0 ? undefined : { rejected, message };
  }

  async #store(signal: Signal, decoded: DecodedRequest): Promise<void> {
    const { intake, telemetry } = this.#options;
    const { blocks, accepted, reasons } = decoded;
    try {
      await intake.append(blocks);
    } catch (error) {
      const reason = error instanceof CalibrantError ? error.code.toLowerCase() : "internal";
      const rejected = new Map(reasons).set(reason, accepted);
      telemetry.items({ signal, accepted: 0, rejected });
      throw error;
    }
    // Not after a failure: the intake may still be writing then.
    decoded.release();
    telemetry.items({ signal, accepted, rejected: reasons });
  }

  /** Metrics are taken so that a client with one endpoint for all signals does not fail. */
  #refuseMetrics(dataPoints: number): PartialSuccess | undefined {
    if (dataPoints === 0) return undefined;
    this.#options.telemetry.items({
      signal: "metrics",
      accepted: 0,
      rejected: new Map([["metrics_not_stored", dataPoints]]),
    });
    return { rejected: dataPoints, message: "metrics are not stored; only traces and logs are" };
  }
}
