import {
  ServerInterceptingCall,
  status as codes,
  type handleUnaryCall,
  type Metadata,
  type ServerInterceptingCallInterface,
  type ServerListener,
} from "@grpc/grpc-js";
import { CalibrantError } from "../kernel/errors.js";
import type { Logger } from "../kernel/logger.js";
import type { Admission, Pressure } from "../model/ports.js";
import type { ByteBudget, Hold } from "./byte-budget.js";
import { grpcStatus } from "./grpc-status.js";
import { signalOf } from "./grpc-services.js";
import { grpcWire, type Announcement, type GrpcWire } from "./grpc-wire.js";
import { refuseUnderPressure, type OtlpHandler } from "./otlp-handler.js";
import type { GrpcConfig } from "./receive-config.js";
import type { ReceiveTelemetry } from "./receive-telemetry.js";
import { retryDelay } from "./refusal.js";
import { successMessage } from "./reply.js";
import { decompress } from "./request-body.js";
import { compressionOf, refuseLarger } from "./request-form.js";
import type { Signal } from "./routes.js";

/** How long the rest of a refused call is read and dropped. */
const lingerTime = 2_000;

export interface GrpcExchangeOptions {
  readonly config: GrpcConfig;
  /** What is taken. */
  readonly signals: readonly Signal[];
  readonly handler: OtlpHandler;
  readonly admission: Admission;
  readonly pressure: Pressure;
  readonly budget: ByteBudget;
  readonly telemetry: ReceiveTelemetry;
  readonly logger: Logger;
  readonly random: () => number;
}

/** The message of a call, decompressed, and the memory that it holds. */
export interface ReceivedMessage {
  readonly body: Buffer;
  readonly hold: Hold;
}

/** One call and its answer over gRPC. */
export class GrpcExchange {
  readonly #options: GrpcExchangeOptions;

  constructor(options: GrpcExchangeOptions) {
    this.#options = options;
  }

  /** Stands before the methods: all that can be refused without the message is refused before it. */
  intercept(path: string, call: ServerInterceptingCallInterface): ServerInterceptingCall {
    const { budget, config, telemetry } = this.#options;
    const signal = signalOf(path);
    const wire = grpcWire(call);
    if (wire === undefined) {
      const error = new CalibrantError("INTERNAL", "this version of @grpc/grpc-js is not known");
      telemetry.request("grpc", signal, codes.INTERNAL);
      call.sendStatus(this.#statusOf(error));
      return new ServerInterceptingCall(call);
    }
    const hold = budget.hold();
    let answered = false;
    const count = (code: number): void => {
      if (!answered) telemetry.request("grpc", signal, code);
      answered = true;
      clearTimeout(timer);
    };
    const intercepted = new ServerInterceptingCall(call, {
      start: (next) => next(listener),
      sendStatus: (status, next) => {
        count(status.code ?? codes.UNKNOWN);
        next(status);
      },
    });
    const refuse = (error: unknown): void => {
      if (answered) return;
      intercepted.sendStatus(this.#statusOf(error));
      dropRest(wire);
    };
    const timer = setTimeout(() => {
      const message = `the message did not arrive within ${config.request_timeout} ms (grpc.request_timeout)`;
      refuse(new CalibrantError("REQUEST_TIMEOUT", message));
    }, config.request_timeout);
    const limit = { bytes: config.max_message_size, setting: "grpc.max_message_size" };
    let announced: Announcement | undefined;
    let delivered = false;
    let taken = false;

    const listener: ServerListener = {
      onReceiveMetadata: (metadata, next) => {
        try {
          this.#admit(metadata);
          compressionOf(wire.encoding);
        } catch (error) {
          refuse(error);
          return;
        }
        wire.watch(
          (announcement) => {
            try {
              refuseLarger(announcement.length, limit);
              hold.take(announcement.length);
              announced = announcement;
            } catch (error) {
              refuse(error);
            }
          },
          () => refuse(malformed("more than one message was sent")),
        );
        next(metadata);
      },
      onReceiveMessage: (message: Buffer, next) => {
        const compression = announced?.compressed ? compressionOf(wire.encoding) : "identity";
        const deliver = async (): Promise<void> => {
          try {
            const body = await decompress(message, compression, limit, hold);
            if (answered) return;
            if (signal !== undefined) telemetry.bytes(signal, message.length, body.length);
            delivered = true;
            next({ body, hold } satisfies ReceivedMessage);
          } catch (error) {
            refuse(error);
          } finally {
            if (answered) hold.release();
          }
        };
        void deliver();
      },
      onReceiveHalfClose: (next) => {
        if (!delivered) {
          const cutOff = malformed("the call ended before its message was complete");
          if (!wire.stream.aborted) refuse(cutOff);
          return;
        }
        clearTimeout(timer);
        taken = !answered;
        next();
      },
      // Also called when the call was answered.
      onCancel: () => {
        count(codes.CANCELLED);
        if (!taken) hold.release();
      },
    };
    return intercepted;
  }

  /** The method of one signal. */
  methodOf(signal: Signal): handleUnaryCall<ReceivedMessage, Buffer> {
    const { handler } = this.#options;
    const take = async ({ body, hold }: ReceivedMessage): Promise<Buffer> => {
      try {
        return successMessage(await handler.handle(signal, body, "protobuf", hold));
      } finally {
        hold.release();
      }
    };
    return ({ request }, answer) => {
      take(request).then(
        (message) => answer(null, message),
        (error: unknown) => answer(this.#statusOf(error)),
      );
    };
  }

  #admit(metadata: Metadata): void {
    const { admission, pressure } = this.#options;
    const header = (name: string): string | undefined => metadata.get(name)[0]?.toString();
    const credentials = { authorization: header("authorization"), apiKey: header("x-api-key") };
    admission.admit(credentials, "ingest", "grpc");
    refuseUnderPressure(pressure);
  }

  #statusOf(error: unknown): ReturnType<typeof grpcStatus> {
    const { logger, random } = this.#options;
    const status = grpcStatus(error, retryDelay(random));
    if (status.code === codes.INTERNAL) logger.error({ err: error }, "a call failed unexpectedly");
    else logger.debug({ status: status.code, reason: String(error) }, "a call was refused");
    return status;
  }
}

function malformed(message: string): CalibrantError {
  return new CalibrantError("REQUEST_MALFORMED", message);
}

/** grpc-js reads on and drops what comes; a client that does not end by itself is ended. */
function dropRest({ stream }: GrpcWire): void {
  const timer = setTimeout(() => stream.close(), lingerTime);
  stream.once("close", () => clearTimeout(timer));
}
