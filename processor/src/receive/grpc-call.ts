import {
  ServerInterceptingCall,
  status as codes,
  type Metadata,
  type ServerInterceptingCallInterface,
  type StatusObject,
} from "@grpc/grpc-js";
import { CalibrantError } from "../kernel/errors.js";
import type { Logger } from "../kernel/logger.js";
import type { MemoryPool } from "../kernel/memory-pool.js";
import type { Admission, Credentials, Pressure } from "../model/ports.js";
import type { ByteBudget, Hold } from "./byte-budget.js";
import { grpcStatus } from "./grpc-status.js";
import type { Announcement, GrpcWire } from "./grpc-wire.js";
import { refuseUnderPressure } from "./otlp-handler.js";
import type { GrpcConfig } from "./receive-config.js";
import type { ReceiveTelemetry } from "./receive-telemetry.js";
import { retryDelay } from "./refusal.js";
import { decompress } from "./request-body.js";
import { compressionOf, refuseLarger, type Compression, type SizeLimit } from "./request-form.js";
import type { Signal } from "./routes.js";

/** How long the rest of a refused call is read and dropped. */
const lingerTime = 2_000;

export interface GrpcCallOptions {
  readonly config: GrpcConfig;
  readonly admission: Admission;
  readonly pressure: Pressure;
  readonly budget: ByteBudget;
  readonly pool: MemoryPool;
  readonly telemetry: ReceiveTelemetry;
  readonly logger: Logger;
  readonly random: () => number;
}

/** The message of a call, decompressed, and the memory that it holds. */
export interface ReceivedMessage {
  readonly body: Buffer;
  readonly hold: Hold;
  /** Gives the memory back, when nobody reads the body any more. */
  release(this: void): void;
}

/** One call, from its headers until its message is handed to the method. */
export class GrpcCall {
  readonly #options: GrpcCallOptions;
  readonly #wire: GrpcWire;
  readonly #signal: Signal | undefined;
  readonly #hold: Hold;
  readonly #limit: SizeLimit;
  readonly #timer: NodeJS.Timeout;
  #compression: Compression = "identity";
  #delivered = false;
  /** The method has the message, and frees its memory. */
  #taken = false;
  #answered = false;
  /** What grpc-js goes on with. */
  readonly intercepted: ServerInterceptingCall;

  constructor(
    options: GrpcCallOptions,
    signal: Signal | undefined,
    call: ServerInterceptingCallInterface,
    wire: GrpcWire,
  ) {
    const { budget, config } = options;
    this.#options = options;
    this.#signal = signal;
    this.#wire = wire;
    this.#hold = budget.hold((reason) => this.#giveWay(reason));
    this.#limit = { bytes: config.max_message_size, setting: "grpc.max_message_size" };
    this.#timer = setTimeout(() => this.#expire(), config.request_timeout);
    this.intercepted = new ServerInterceptingCall(call, {
      start: (next) => {
        next({
          onReceiveMetadata: (metadata, goOn) => this.#begin(metadata, () => goOn(metadata)),
          onReceiveMessage: (message: Buffer, deliver) => void this.#receive(message, deliver),
          onReceiveHalfClose: (goOn) => this.#complete(goOn),
          onCancel: () => this.#end(),
        });
      },
      sendStatus: (status, next) => {
        this.#count(status.code ?? codes.UNKNOWN);
        next(status);
      },
    });
  }

  /** All that can be refused without the message is refused before it is read. */
  #begin(metadata: Metadata, goOn: () => void): void {
    const { admission, pressure } = this.#options;
    try {
      admission.admit(credentialsOf(metadata), "ingest", "grpc");
      refuseUnderPressure(pressure);
      compressionOf(this.#wire.encoding);
    } catch (error) {
      this.#refuse(error);
      return;
    }
    this.#wire.watch({
      announced: (announcement) => this.#announce(announcement),
      came: (bytes) => this.#take(bytes),
      excess: () => this.#refuse(malformed("more than one message was sent")),
    });
    goOn();
  }

  #announce({ flag, length }: Announcement): void {
    const fault = this.#flagFault(flag);
    if (fault !== undefined) {
      this.#refuse(malformed(fault), codes.INTERNAL);
      return;
    }
    try {
      refuseLarger(length, this.#limit);
      this.#hold.expect(length);
      if (flag === 1) this.#compression = compressionOf(this.#wire.encoding);
    } catch (error) {
      this.#refuse(error);
    }
  }

  /** What gRPC asks to be answered with `INTERNAL`. */
  #flagFault(flag: number): string | undefined {
    if (flag > 1) return `a message is marked ${flag}; 0 and 1 are known`;
    if (flag === 0 || compressionOf(this.#wire.encoding) !== "identity") return undefined;
    return "the message is marked as compressed, but the call names no compression";
  }

  #take(bytes: number): void {
    if (this.#answered) return;
    try {
      this.#hold.take(bytes);
    } catch (error) {
      this.#refuse(error);
    }
  }

  /** Without waiting for the client, because grpc-js keeps what came as long as the stream is open. */
  #giveWay(reason: CalibrantError): void {
    this.#refuse(reason);
    this.#wire.stream.close();
  }

  async #receive(message: Buffer, deliver: (received: ReceivedMessage) => void): Promise<void> {
    const hold = this.#hold;
    hold.complete();
    try {
      const { pool } = this.#options;
      const reading = { compression: this.#compression, limit: this.#limit, hold, pool };
      const plain = await decompress(message, reading);
      const body = plain?.bytes ?? message;
      const release = (): void => {
        hold.release();
        plain?.release();
      };
      if (this.#answered) return;
      if (this.#signal !== undefined) {
        this.#options.telemetry.bytes(this.#signal, message.length, body.length);
      }
      this.#delivered = true;
      deliver({ body, hold, release });
    } catch (error) {
      this.#refuse(error);
    } finally {
      if (this.#answered) hold.release();
    }
  }

  /** The client has sent all that it wants to. */
  #complete(goOn: () => void): void {
    if (!this.#delivered) {
      const cutOff = malformed("the call ended before its message was complete");
      if (!this.#wire.stream.aborted) this.#refuse(cutOff);
      return;
    }
    clearTimeout(this.#timer);
    this.#taken = !this.#answered;
    goOn();
  }

  #expire(): void {
    const time = this.#options.config.request_timeout;
    const message = `the message did not arrive within ${time} ms (grpc.request_timeout)`;
    this.#refuse(new CalibrantError("REQUEST_TIMEOUT", message));
  }

  /** grpc-js reads on and drops what comes; a client that does not end by itself is ended. */
  #refuse(error: unknown, code?: codes): void {
    if (this.#answered) return;
    const status = refusalStatus(error, this.#options);
    this.intercepted.sendStatus({ ...status, code: code ?? status.code });
    const { stream } = this.#wire;
    const timer = setTimeout(() => stream.close(), lingerTime);
    stream.once("close", () => clearTimeout(timer));
  }

  #count(code: number): void {
    if (!this.#answered) this.#options.telemetry.request("grpc", this.#signal, code);
    this.#answered = true;
    clearTimeout(this.#timer);
  }

  /** The call is over: answered, given up by the client, or past its deadline. */
  #end(): void {
    this.#count(codes.CANCELLED);
    if (this.#taken) return;
    // Until then grpc-js keeps what came.
    const { stream } = this.#wire;
    if (stream.destroyed) this.#hold.release();
    else stream.once("close", () => this.#hold.release());
  }
}

/** What the client is told of an error; the log keeps the rest. */
export function refusalStatus(
  error: unknown,
  { logger, random }: Pick<GrpcCallOptions, "logger" | "random">,
): StatusObject {
  const status = grpcStatus(error, retryDelay(random));
  if (status.code === codes.INTERNAL) logger.error({ err: error }, "a call failed unexpectedly");
  else logger.debug({ status: status.code, reason: String(error) }, "a call was refused");
  return status;
}

function credentialsOf(metadata: Metadata): Credentials {
  const header = (name: string): string | undefined => metadata.get(name)[0]?.toString();
  return { authorization: header("authorization"), apiKey: header("x-api-key") };
}

function malformed(message: string): CalibrantError {
  return new CalibrantError("REQUEST_MALFORMED", message);
}
