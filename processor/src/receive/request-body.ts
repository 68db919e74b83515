import type { IncomingMessage } from "node:http";
import { createGunzip, createInflate } from "node:zlib";
import { CalibrantError, messageOf } from "../kernel/errors.js";
import type { MemoryPool } from "../kernel/memory-pool.js";
import type { Hold } from "./byte-budget.js";
import { GrowingBytes } from "./growing-bytes.js";
import { announcedSize, refuseLarger, type Compression, type SizeLimit } from "./request-form.js";

/** The client went away before its request was complete: there is nobody to answer. */
export class RequestAborted extends Error {
  constructor() {
    super("the client ended the connection");
    this.name = "RequestAborted";
  }
}

const inflateChunk = 64 * 1024;

export interface ReceivedBody {
  readonly body: Buffer;
  /** Bytes as they were sent, before decompression. */
  readonly sent: number;
  /** Gives the body's memory back. To be called when nobody reads it any more, or never. */
  release(this: void): void;
}

/** How a body is read. */
export interface BodyReading {
  readonly compression: Compression;
  readonly limit: SizeLimit;
  readonly hold: Hold;
  readonly pool: MemoryPool;
}

/**
 * The body of a request, decompressed. The limit holds for what is sent and for what comes out of
 * it; both are checked, and taken from the memory of all requests, as the bytes come.
 * @param ended ends the reading with its reason
 * @throws CalibrantError REQUEST_TOO_LARGE, REQUEST_MALFORMED or RECEIVER_BUSY; RequestAborted
 */
export async function readBody(
  request: IncomingMessage,
  reading: BodyReading,
  ended: AbortSignal,
): Promise<ReceivedBody> {
  const { limit, hold, pool } = reading;
  const announced = announcedSize(request.headers);
  if (announced !== undefined) hold.expect(announced);
  const sent = new GrowingBytes(pool, announced ?? limit.bytes);
  try {
    await eachPiece(request, ended, (piece) => {
      refuseLarger(sent.size + piece.length, limit);
      hold.take(piece.length);
      sent.append(piece);
    });
  } catch (error) {
    sent.release();
    throw error;
  }
  hold.complete();
  const body = await decompress(sent.bytes, reading);
  if (body === undefined) {
    return { body: sent.bytes, sent: sent.size, release: () => sent.release() };
  }
  sent.release();
  return { body: body.bytes, sent: sent.size, release: () => body.release() };
}

/**
 * Resolves at the end of the body; rejects with what `take` throws, with the reason why it was
 * ended, or with RequestAborted.
 */
function eachPiece(
  request: IncomingMessage,
  ended: AbortSignal,
  take: (piece: Buffer) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (outcome: () => void): void => {
      request.off("data", onData).off("end", onEnd).off("close", onClose);
      ended.removeEventListener("abort", onEnded);
      outcome();
    };
    const onData = (piece: Buffer): void => {
      try {
        take(piece);
      } catch (error) {
        done(() => reject(error));
      }
    };
    const onEnd = (): void => done(resolve);
    const onClose = (): void => done(() => reject(new RequestAborted()));
    const onEnded = (): void => done(() => reject(ended.reason));
    ended.addEventListener("abort", onEnded);
    request.on("data", onData).on("end", onEnd).on("close", onClose);
    // An error is followed by "close", which is what counts.
    request.on("error", () => undefined);
  });
}

/**
 * What was compressed; undefined when nothing was. The limit is checked as the bytes come.
 * @throws CalibrantError REQUEST_TOO_LARGE, REQUEST_MALFORMED or RECEIVER_BUSY
 */
export async function decompress(
  sent: Buffer,
  { compression, limit, hold, pool }: BodyReading,
): Promise<GrowingBytes | undefined> {
  if (compression === "identity") return undefined;
  const inflater =
    compression === "gzip"
      ? createGunzip({ chunkSize: inflateChunk })
      : createInflate({ chunkSize: inflateChunk });
  const plain = new GrowingBytes(pool, limit.bytes);
  inflater.end(sent);
  try {
    for await (const piece of inflater as AsyncIterable<Buffer>) {
      refuseLarger(plain.size + piece.length, limit);
      hold.take(piece.length);
      plain.append(piece);
    }
  } catch (error) {
    plain.release();
    if (error instanceof CalibrantError) throw error;
    throw new CalibrantError(
      "REQUEST_MALFORMED",
      `the body is not ${compression}: ${messageOf(error)}`,
      { cause: error },
    );
  }
  return plain;
}
