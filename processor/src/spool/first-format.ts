import { decodeBody, type FoundFrame } from "./frame.js";

/**
 * Frames of the first format of segments, which is read and not written any more:
 *
 *     frame  = length of body (4) | CRC-32 of body (4) | body
 *
 * Its senders could write bytes that look like a frame, so frames are not searched for: behind a
 * damaged one the lengths lead on. Where they do not lead to a sound frame or to the end, all the
 * rest is damaged.
 */
const headerSize = 8;

export function readFirstFrame(bytes: Buffer, start: number): FoundFrame {
  const blocks = decodeFrame(bytes, start);
  if (blocks !== undefined) return { kind: "sound", blocks, end: endOf(bytes, start) };
  let end = start;
  do end = endOf(bytes, end);
  while (end < bytes.length && decodeFrame(bytes, end) === undefined);
  return { kind: "damaged", end: Math.min(end, bytes.length) };
}

function decodeFrame(bytes: Buffer, start: number): ReturnType<typeof decodeBody> {
  const end = endOf(bytes, start);
  if (end > bytes.length) return undefined;
  return decodeBody(bytes.subarray(start + headerSize, end), bytes.readUInt32LE(start + 4));
}

/** Where a frame ends; behind the bytes when its header is not whole. */
function endOf(bytes: Buffer, start: number): number {
  const body = start + headerSize;
  return body > bytes.length ? body : body + bytes.readUInt32LE(start);
}
