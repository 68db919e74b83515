import type { ServerHttp2Stream } from "node:http2";
import type { ServerInterceptingCallInterface } from "@grpc/grpc-js";

/** How a message is announced: one byte that says whether it is compressed, four for its length. */
const prefixLength = 5;

/** A message as its first bytes announce it. */
export interface Announcement {
  /** 1: it is compressed as the call names it; 0: it is not. */
  readonly flag: number;
  /** Bytes as sent. */
  readonly length: number;
}

/** The fields of a call of grpc-js 1.14 that are reached into here. */
interface CallFields {
  readonly stream?: ServerHttp2Stream;
  incomingEncoding?: string;
}

/**
 * A call below grpc-js. By itself it collects and decompresses a whole message before anybody can
 * refuse it, and its answers to a bad one are its own. Memory could not be bounded over all calls
 * then, so the stream is watched as well, and decompression is taken over.
 */
export interface GrpcWire {
  readonly stream: ServerHttp2Stream;
  /** The compression that the client names. */
  readonly encoding: string;
  /** Calls back before grpc-js gets to see the bytes. */
  watch(watcher: WireWatcher): void;
}

export interface WireWatcher {
  /** Once, when the message is announced. */
  announced(announcement: Announcement): void;
  /** So many more bytes of the message came. */
  came(bytes: number): void;
  /** Something is sent beyond the message. */
  excess(): void;
}

/** Undefined when grpc-js has other fields than it had. */
export function grpcWire(call: ServerInterceptingCallInterface): GrpcWire | undefined {
  const fields = call as CallFields;
  const { stream, incomingEncoding: encoding } = fields;
  if (stream === undefined || encoding === undefined) return undefined;
  fields.incomingEncoding = "identity";
  return {
    stream,
    encoding,
    watch: (watcher) => {
      let prefix = Buffer.alloc(0);
      let size = 0;
      let counted = prefixLength;
      let end = Number.POSITIVE_INFINITY;
      // `on` would make the stream flow.
      stream.prependListener("data", (piece: Buffer) => {
        size += piece.length;
        if (prefix.length < prefixLength) {
          prefix = Buffer.concat([prefix, piece.subarray(0, prefixLength - prefix.length)]);
          if (prefix.length < prefixLength) return;
          const length = prefix.readUInt32BE(1);
          end = prefixLength + length;
          watcher.announced({ flag: prefix.readUInt8(0), length });
        }
        const within = Math.min(size, end);
        if (within > counted) watcher.came(within - counted);
        counted = within;
        if (size > end) watcher.excess();
      });
    },
  };
}
