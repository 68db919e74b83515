const backslash = 0x5c;
const hexStart = 0x75;
const hexEscape = 6;
/** Above this the memory is given back with the next text that needs less. */
const keptSize = 1024 ** 2;

/** What `\x` stands for in JSON; 0 where it is no escape. */
const meanings = new Uint8Array(256);
for (const [letter, meaning] of Object.entries({
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
})) {
  meanings[letter.charCodeAt(0)] = meaning.charCodeAt(0);
}

/**
 * A text as it reads when the escapes of JSON are resolved, those of JSON within JSON too, however
 * deep: `\u0040` and `\\u0040` are both `@`. It remembers where each byte came from. Text that is
 * no JSON may get a different meaning by it, so it is for looking, not for storing.
 */
export class EscapedText {
  bytes: Buffer = Buffer.allocUnsafe(0);
  length = 0;
  #places = new Int32Array(0);
  #end = 0;

  /** Reads the text between `start` and `end`; it never becomes longer. */
  read(source: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start);
    const { bytes } = this;
    const places = this.#places;
    let length = 0;
    for (let at = start; at < end; at++) {
      bytes[length] = source[at] as number;
      places[length++] = at;
      if (length > 1 && bytes[length - 2] === backslash) {
        const meaning = meanings[bytes[length - 1] as number] as number;
        if (meaning !== 0) bytes[--length - 1] = meaning;
      } else if (length >= hexEscape && bytes[length - hexEscape] === backslash) {
        length = this.#resolveHex(length);
      }
    }
    this.length = length;
    this.#end = end;
  }

  /** Where in the source the byte at `index` began; the end of the source for the length. */
  place(index: number): number {
    return index < this.length ? (this.#places[index] as number) : this.#end;
  }

  #resolveHex(length: number): number {
    const { bytes } = this;
    const places = this.#places;
    const at = length - hexEscape;
    if (bytes[at + 1] !== hexStart) return length;
    const digits = bytes.toString("latin1", at + 2, length);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) return length;
    const size = bytes.write(String.fromCharCode(Number.parseInt(digits, 16)), at);
    places.fill(places[at] as number, at, at + size);
    return at + size;
  }

  #reserve(size: number): void {
    const capacity = this.bytes.length;
    if (size <= capacity && (capacity <= keptSize || size > keptSize)) return;
    this.bytes = Buffer.allocUnsafeSlow(Math.max(size, 1024));
    this.#places = new Int32Array(this.bytes.length);
  }
}
