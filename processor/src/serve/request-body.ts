import { CalibrantError } from "../kernel/errors.js";

export interface ReadOptions {
  /** Bytes. */
  readonly limit: number;
  /** Whether `text/plain` will do: a page that is being left can send no other type elsewhere. */
  readonly plain?: boolean;
}

/**
 * The body of a request as JSON.
 * @throws CalibrantError REQUEST_UNSUPPORTED, REQUEST_TOO_LARGE or REQUEST_MALFORMED
 */
export async function readJson(
  request: Request,
  { limit, plain = false }: ReadOptions,
): Promise<unknown> {
  const type = (request.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json" && !(plain && type === "text/plain")) {
    throw new CalibrantError("REQUEST_UNSUPPORTED", "content-type must be application/json");
  }
  const encoding = request.headers.get("content-encoding") ?? "identity";
  if (encoding.toLowerCase() !== "identity") {
    throw new CalibrantError("REQUEST_UNSUPPORTED", "content-encoding is not supported here");
  }
  const bytes = await readBytes(request, limit);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as unknown;
  } catch (error) {
    throw new CalibrantError("REQUEST_MALFORMED", "the body is not JSON in UTF-8", {
      cause: error,
    });
  }
}

async function readBytes(request: Request, limit: number): Promise<Uint8Array> {
  const tooLarge = new CalibrantError("REQUEST_TOO_LARGE", `the body is over ${limit} bytes`);
  if (Number(request.headers.get("content-length") ?? 0) > limit) throw tooLarge;
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of request.body ?? []) {
    size += piece.byteLength;
    if (size > limit) throw tooLarge;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
