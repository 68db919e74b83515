const scratch = new DataView(new ArrayBuffer(8));

/** The decimal text of a signed 64-bit integer in two unsigned halves. */
export function int64Text(low: number, high: number): string {
  if (high === 0) return String(low);
  if (high === 0xffff_ffff && low !== 0) return `-${4_294_967_296 - low}`;
  return BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low)).toString();
}

/**
 * The text of a double in two unsigned halves, as the Collector writes it: the shortest decimal
 * that reads back the same, in JSON's notation; `NaN`, `Infinity` and `-Infinity`.
 */
export function doubleText(low: number, high: number): string {
  scratch.setUint32(0, low, true);
  scratch.setUint32(4, high, true);
  const value = scratch.getFloat64(0, true);
  return Object.is(value, -0) ? "-0" : String(value);
}

export function base64(source: Uint8Array, start: number, end: number): string {
  return Buffer.from(source.buffer, source.byteOffset + start, end - start).toString("base64");
}
