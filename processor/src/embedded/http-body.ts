import { open } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { PassThrough, type Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { StoreException } from "./exception.js";

/** Bytes that are gathered for one write: a write of its own for each packet takes longer. */
const writeSize = 1024 ** 2;

/** The bytes of a request after decompression. @throws StoreException 307 over `limit` bytes */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of decoded(request, limit)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The same, into a file that must not exist yet. */
export async function saveBody(
  request: IncomingMessage,
  limit: number,
  file: string,
): Promise<void> {
  const target = await open(file, "wx", 0o600);
  let waiting: Buffer[] = [];
  let size = 0;
  const write = async (): Promise<void> => {
    const chunks = waiting;
    [waiting, size] = [[], 0];
    await target.appendFile(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
  };
  try {
    for await (const chunk of decoded(request, limit)) {
      waiting.push(chunk);
      size += chunk.length;
      if (size >= writeSize) await write();
    }
    if (size > 0) await write();
  } finally {
    await target.close();
  }
}

/** Leaves the request itself alone when it fails, so that an answer can still be sent. */
async function* decoded(request: IncomingMessage, limit: number): AsyncGenerator<Buffer> {
  const stage = decoder(request.headers["content-encoding"]);
  request.pipe(stage);
  request.once("close", () => {
    if (!request.complete) stage.destroy(new Error("the client went away"));
  });
  let seen = 0;
  try {
    for await (const chunk of stage as AsyncIterable<Buffer>) {
      seen += chunk.length;
      if (seen > limit) {
        throw new StoreException(307, "TOO_MANY_BYTES", `Request body over ${limit} bytes`);
      }
      yield chunk;
    }
  } catch (error) {
    if (error instanceof StoreException) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new StoreException(354, "ZLIB_INFLATE_FAILED", `Cannot read request body: ${message}`);
  } finally {
    request.unpipe(stage);
  }
}

function decoder(contentEncoding: string | undefined): Transform {
  const encoding = contentEncoding?.trim().toLowerCase() ?? "";
  switch (encoding) {
    case "":
    case "identity":
      return new PassThrough({ highWaterMark: writeSize });
    case "gzip":
      return createGunzip();
    case "deflate":
      return createInflate();
    case "br":
      return createBrotliDecompress();
    default:
      throw new StoreException(
        48,
        "NOT_IMPLEMENTED",
        `Unknown Content-Encoding '${encoding}': gzip, deflate and br are known`,
      );
  }
}
