import {
  Client,
  compressionAlgorithms,
  credentials,
  Metadata,
  status as codes,
  type ChannelCredentials,
  type ServiceError,
} from "@grpc/grpc-js";
import protobuf from "protobufjs";
import { onTestFinished } from "vitest";

export const tracesPath = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
export const logsPath = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";
export const metricsPath = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";

export interface GrpcAnswer {
  readonly code: codes;
  readonly details: string;
  readonly body: Buffer;
  /** Seconds of the `RetryInfo` that came with a refusal; undefined without one. */
  readonly retryAfter: number | undefined;
}

export interface GrpcCall {
  readonly path?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface GrpcClient {
  /** Resolves with the status, whatever it is. */
  export(message: Uint8Array, call?: GrpcCall): Promise<GrpcAnswer>;
  close(): void;
}

export interface GrpcClientOptions {
  readonly compression?: "gzip" | "deflate";
  readonly credentials?: ChannelCredentials;
}

const retryInfo = new protobuf.Type("RetryInfo").add(new protobuf.Field("delay", 1, "Duration"));
const any = new protobuf.Type("Any")
  .add(new protobuf.Field("typeUrl", 1, "string"))
  .add(new protobuf.Field("value", 2, "bytes"));
const status = new protobuf.Type("Status")
  .add(new protobuf.Field("code", 1, "int32"))
  .add(new protobuf.Field("message", 2, "string"))
  .add(new protobuf.Field("details", 3, "Any", "repeated"));
new protobuf.Root()
  .add(new protobuf.Type("Duration").add(new protobuf.Field("seconds", 1, "int32")))
  .add(any)
  .add(status)
  .add(retryInfo);

function retryAfterOf(metadata: Metadata): number | undefined {
  const [bytes] = metadata.get("grpc-status-details-bin");
  if (!(bytes instanceof Buffer)) return undefined;
  const { details } = status.toObject(status.decode(bytes)) as {
    details: { typeUrl: string; value: Uint8Array }[];
  };
  const detail = details.find(({ typeUrl }) => typeUrl.endsWith("/google.rpc.RetryInfo"));
  if (detail === undefined) return undefined;
  const { delay } = retryInfo.toObject(retryInfo.decode(detail.value)) as {
    delay: { seconds: number };
  };
  return delay.seconds;
}

function same(bytes: Buffer): Buffer {
  return bytes;
}

/** A gRPC client of its own connection that sends bytes; closed when the test has finished. */
export function grpcClient(address: string, options: GrpcClientOptions = {}): GrpcClient {
  const client = new Client(address, options.credentials ?? credentials.createInsecure(), {
    "grpc.use_local_subchannel_pool": 1,
    "grpc.ssl_target_name_override": "localhost",
    "grpc.default_compression_algorithm": compressionAlgorithms[options.compression ?? "identity"],
    "grpc.enable_retries": 0,
  });
  onTestFinished(() => client.close());
  return {
    close: () => client.close(),
    export: (message, { path = tracesPath, metadata = {} } = {}) =>
      new Promise((resolve) => {
        const sent = new Metadata();
        for (const [name, value] of Object.entries(metadata)) sent.set(name, value);
        const answer = (error: ServiceError | null, body?: Buffer): void =>
          resolve({
            code: error?.code ?? codes.OK,
            details: error?.details ?? "",
            body: body ?? Buffer.alloc(0),
            retryAfter: error === null ? undefined : retryAfterOf(error.metadata),
          });
        client.makeUnaryRequest(path, same, same, Buffer.from(message), sent, answer);
      }),
  };
}
