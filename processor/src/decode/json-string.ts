import { isUtf8 } from "node:buffer";
import type { ByteBuffer } from "./byte-buffer.js";

const shortEscapes: Readonly<Record<number, string>> = {
  8: "\\b",
  9: "\\t",
  10: "\\n",
  12: "\\f",
  13: "\\r",
  34: '\\"',
  92: "\\\\",
};

/**
 * Writes a JSON string. Line and paragraph separators are escaped, as the Collector does;
 * sequences that are not UTF-8 become U+FFFD.
 */
export function writeJsonString(
  out: ByteBuffer,
  source: Uint8Array,
  start: number,
  end: number,
): void {
  const part = source.subarray(start, end);
  const text = isUtf8(part)
    ? part
    : Buffer.from(Buffer.from(part.buffer, part.byteOffset, part.length).toString());
  out.ascii('"');
  let clean = 0;
  for (let at = 0; at < text.length; at++) {
    const escape = escapeAt(text, at);
    if (escape === undefined) continue;
    out.raw(text, clean, at);
    out.ascii(escape);
    if (text[at] === 0xe2) at += 2;
    clean = at + 1;
  }
  out.raw(text, clean, text.length);
  out.ascii('"');
}

function escapeAt(text: Uint8Array, at: number): string | undefined {
  const byte = text[at] as number;
  if (byte < 32 || byte === 34 || byte === 92) {
    return shortEscapes[byte] ?? `\\u${byte.toString(16).padStart(4, "0")}`;
  }
  if (byte !== 0xe2 || text[at + 1] !== 0x80) return undefined;
  if (text[at + 2] === 0xa8) return "\\u2028";
  return text[at + 2] === 0xa9 ? "\\u2029" : undefined;
}
