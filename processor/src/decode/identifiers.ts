import type { ByteBuffer } from "./byte-buffer.js";

export const traceIdSize = 16;
export const spanIdSize = 8;

/** Whether the bytes are an identifier of that size that is not all zero. */
export function isIdentifier(bytes: Uint8Array, start: number, end: number, size: number): boolean {
  return end - start === size && !isZero(bytes, start, end);
}

/** Writes an identifier in hexadecimal, or an empty string for what is not one. */
export function writeIdentifier(
  out: ByteBuffer,
  bytes: Uint8Array,
  start: number,
  end: number,
  size: number,
): void {
  if (isIdentifier(bytes, start, end, size)) out.hexString(bytes, start, end);
  else out.byte(0);
}

function isZero(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] !== 0) return false;
  return true;
}
