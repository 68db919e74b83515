import {
  ServerInterceptingCall,
  status as codes,
  type handleUnaryCall,
  type ServerInterceptingCallInterface,
} from "@grpc/grpc-js";
import { CalibrantError } from "../kernel/errors.js";
import {
  GrpcCall,
  refusalStatus,
  type GrpcCallOptions,
  type ReceivedMessage,
} from "./grpc-call.js";
import { signalOf } from "./grpc-services.js";
import { grpcWire } from "./grpc-wire.js";
import type { OtlpHandler } from "./otlp-handler.js";
import { successMessage } from "./reply.js";
import type { Signal } from "./routes.js";

export interface GrpcExchangeOptions extends GrpcCallOptions {
  readonly handler: OtlpHandler;
  /** What is taken. */
  readonly signals: readonly Signal[];
}

/** Calls and their answers over gRPC. */
export class GrpcExchange {
  readonly #options: GrpcExchangeOptions;

  constructor(options: GrpcExchangeOptions) {
    this.#options = options;
  }

  /** Stands before the methods. */
  intercept(path: string, call: ServerInterceptingCallInterface): ServerInterceptingCall {
    const signal = signalOf(path);
    const wire = grpcWire(call);
    if (wire !== undefined) return new GrpcCall(this.#options, signal, call, wire).intercepted;
    const error = new CalibrantError("INTERNAL", "this version of @grpc/grpc-js is not known");
    this.#options.telemetry.request("grpc", signal, codes.INTERNAL);
    call.sendStatus(refusalStatus(error, this.#options));
    return new ServerInterceptingCall(call);
  }

  /** The method of one signal. */
  methodOf(signal: Signal): handleUnaryCall<ReceivedMessage, Buffer> {
    const { handler } = this.#options;
    const take = async ({ body, hold, release }: ReceivedMessage): Promise<Buffer> => {
      try {
        return successMessage(await handler.handle(signal, body, "protobuf", hold));
      } finally {
        release();
      }
    };
    return ({ request }, answer) => {
      take(request).then(
        (message) => answer(null, message),
        (error: unknown) => answer(refusalStatus(error, this.#options)),
      );
    };
  }
}
