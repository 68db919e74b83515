/** Where bytes begin and end, in a piece of a stream. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

const none: ByteRange = { from: 0, to: 0 };
/** The end of an event, of a server that ends lines with LF. */
const blankLine = "\n\n";
/** What `toString("latin1")` of a Buffer calls, here for any bytes; its types leave it out. */
const { latin1Slice } = Buffer.prototype as unknown as {
  readonly latin1Slice: (this: Uint8Array) => string;
};

/**
 * The whole events of a piece that hold nothing to be read, so that most pieces of a stream need
 * neither be decoded nor cut into lines; an empty range where there is something in them.
 * @param between whether the piece begins with the beginning of an event
 * @param telling is found in every event that has to be read
 */
export function untoldEvents(bytes: Uint8Array, between: boolean, telling: RegExp): ByteRange {
  // Latin-1 has one character for each byte, and what is looked for is ASCII.
  const text = latin1Slice.call(bytes);
  const from = between ? 0 : endOf(text.indexOf(blankLine));
  const to = endOf(text.lastIndexOf(blankLine));
  return from >= to || telling.test(text) ? none : { from, to };
}

function endOf(at: number): number {
  return at < 0 ? 0 : at + blankLine.length;
}
