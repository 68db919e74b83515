import type { IncomingMessage } from "node:http";
import { createGunzip, createInflate } from "node:zlib";
import { CalibrantError, messageOf } from "../kernel/errors.js";
import type { MemoryPool } from "../kernel/memory-pool.js";
import type { Hold } from "./byte-budget.js";
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

/**
 * The body of a request, decompressed. The limit holds for what is sent and for what comes out of
 * it; both are checked as the bytes come.
 * @throws CalibrantError REQUEST_TOO_LARGE, REQUEST_MALFORMED or RECEIVER_BUSY; RequestAborted
 */
export async function readBody(
  request: IncomingMessage,
  compression: Compression,
  limit: SizeLimit,
  hold: Hold,
  pool: MemoryPool,
): Promise<ReceivedBody> {
  const announced = announcedSize(request.headers);
  if (announced !== undefined) hold.take(announced);
  if (announced !== undefined && compression === "identity") {
    return await collectInto(request, announced, pool);
  }
  const pieces: Buffer[] = [];
  let size = 0;
  await eachPiece(request, (piece) => {
    size += piece.length;
    refuseLarger(size, limit);
    if (announced === undefined) hold.take(piece.length);
    pieces.push(piece);
  });
  const sent = pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
  const body = await decompress(sent, compression, limit, hold);
  return { body, sent: sent.length, release: () => undefined };
}

/** A body whose size is known and within the limit, in memory that is used again. */
async function collectInto(
  request: IncomingMessage,
  announced: number,
  pool: MemoryPool,
): Promise<ReceivedBody> {
  const memory = pool.take(announced);
  const release = (): void => pool.give(memory);
  let size = 0;
  try {
    await eachPiece(request, (piece) => {
      memory.set(piece, size);
      size += piece.length;
    });
  } catch (error) {
    release();
    throw error;
  }
  return { body: memory.subarray(0, size), sent: size, release };
}

/** Resolves at the end of the body; rejects with what `take` throws, or with RequestAborted. */
function eachPiece(request: IncomingMessage, take: (piece: Buffer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (outcome: () => void): void => {
      request.off("data", onData).off("end", onEnd).off("close", onClose);
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
    request.on("data", onData).on("end", onEnd).on("close", onClose);
    // An error is followed by "close", which is what counts.
    request.on("error", () => undefined);
  });
}

/**
 * What was compressed. The limit is checked as the bytes come.
 * @throws CalibrantError REQUEST_TOO_LARGE, REQUEST_MALFORMED or RECEIVER_BUSY
 */
export async function decompress(
  sent: Buffer,
  compression: Compression,
  limit: SizeLimit,
  hold: Hold,
): Promise<Buffer> {
  if (compression === "identity") return sent;
  const inflater =
    compression === "gzip"
      ? createGunzip({ chunkSize: inflateChunk })
      : createInflate({ chunkSize: inflateChunk });
  const pieces: Buffer[] = [];
  let size = 0;
  inflater.end(sent);
  try {
    for await (const piece of inflater as AsyncIterable<Buffer>) {
      size += piece.length;
      refuseLarger(size, limit);
      hold.take(piece.length);
      pieces.push(piece);
    }
  } catch (error) {
    if (error instanceof CalibrantError) throw error;
    throw new CalibrantError(
      "REQUEST_MALFORMED",
      `the body is not ${compression}: ${messageOf(error)}`,
      { cause: error },
    );
  }
  return Buffer.concat(pieces);
}
