/** Text that is not the JSON that it should be. Becomes REQUEST_MALFORMED at the door. */
export class JsonFault extends Error {
  /** Where in the body, in bytes. */
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.name = "JsonFault";
    this.offset = offset;
  }
}

export const characters = {
  quote: 0x22,
  comma: 0x2c,
  colon: 0x3a,
  backslash: 0x5c,
  arrayStart: 0x5b,
  arrayEnd: 0x5d,
  objectStart: 0x7b,
  objectEnd: 0x7d,
} as const;

const deepestSkip = 256;
const numberPattern = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * A place in the bytes of a JSON text (RFC 8259). Numbers are handed out as their text, so that
 * none loses digits.
 */
export class JsonScanner {
  readonly bytes: Buffer;
  at = 0;
  /** After `string`: the bounds of its content, and whether it has escapes. */
  start = 0;
  stop = 0;
  escaped = false;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) this.at = 3;
  }

  /** The next character that is not white space, without moving behind it; 0 at the end. */
  peek(): number {
    const { bytes } = this;
    for (;;) {
      const byte = bytes[this.at];
      if (byte === undefined) return 0;
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
      this.at++;
    }
  }

  expect(character: number): void {
    if (this.peek() !== character) {
      throw this.fault(`expected "${String.fromCharCode(character)}"`);
    }
    this.at++;
  }

  /** Moves behind `character` when it comes next. */
  take(character: number): boolean {
    if (this.peek() !== character) return false;
    this.at++;
    return true;
  }

  /** After the last value there may be white space only. */
  end(): void {
    if (this.peek() !== 0 || this.at < this.bytes.length) throw this.fault("text after the end");
  }

  /** Moves behind `null` when it comes next. */
  takeNull(): boolean {
    if (this.peek() !== 0x6e) return false;
    this.#literal("null");
    return true;
  }

  boolean(): boolean {
    const value = this.peek() === 0x74;
    if (!value && this.peek() !== 0x66) throw this.fault("expected true or false");
    this.#literal(value ? "true" : "false");
    return value;
  }

  /** Bounds a string; escapes are found but not yet read. */
  string(): void {
    this.expect(characters.quote);
    const { bytes } = this;
    this.start = this.at;
    this.escaped = false;
    for (let at = this.at; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      if (byte === characters.quote) {
        this.stop = at;
        this.at = at + 1;
        return;
      }
      if (byte === characters.backslash) {
        this.escaped = true;
        at++;
      } else if (byte < 0x20) {
        this.at = at;
        throw this.fault("a string has a control character");
      }
    }
    this.at = this.start;
    throw this.fault("a string does not end");
  }

  /** The text of the string last bounded. Lone surrogates stay; as UTF-8 they become U+FFFD. */
  text(): string {
    if (!this.escaped) return this.bytes.toString("utf8", this.start, this.stop);
    const literal = this.bytes.toString("utf8", this.start - 1, this.stop + 1);
    try {
      return JSON.parse(literal) as string;
    } catch {
      this.at = this.start;
      throw this.fault("a string has a wrong escape");
    }
  }

  /** The text of a number, as it stands there. */
  number(): string {
    this.peek();
    const begin = this.at;
    let at = begin;
    while (isNumberCharacter(this.bytes[at])) at++;
    const text = this.bytes.toString("latin1", begin, at);
    if (at - begin > 400 || !numberPattern.test(text)) throw this.fault("expected a number");
    this.at = at;
    return text;
  }

  /** Moves behind a value of any kind. */
  skip(depth = 0): void {
    if (depth > deepestSkip) throw this.fault("values are nested too deeply");
    switch (this.peek()) {
      case characters.objectStart:
        this.eachMember(() => this.skip(depth + 1));
        return;
      case characters.arrayStart:
        this.eachElement(() => this.skip(depth + 1));
        return;
      case characters.quote:
        this.string();
        if (this.escaped) this.text();
        return;
      case 0x74:
      case 0x66:
        this.boolean();
        return;
      case 0x6e:
        this.#literal("null");
        return;
      default:
        this.number();
    }
  }

  /** Calls `visit` with each member's name; it moves behind the value. */
  eachMember(visit: (name: string) => void): void {
    this.expect(characters.objectStart);
    if (this.take(characters.objectEnd)) return;
    do {
      this.string();
      const name = this.text();
      this.expect(characters.colon);
      visit(name);
    } while (this.take(characters.comma));
    this.expect(characters.objectEnd);
  }

  /** Calls `visit` at each element; it moves behind it. */
  eachElement(visit: (index: number) => void): void {
    this.expect(characters.arrayStart);
    if (this.take(characters.arrayEnd)) return;
    let index = 0;
    do visit(index++);
    while (this.take(characters.comma));
    this.expect(characters.arrayEnd);
  }

  fault(message: string): JsonFault {
    return new JsonFault(this.at, message);
  }

  #literal(word: string): void {
    if (this.bytes.toString("latin1", this.at, this.at + word.length) !== word) {
      throw this.fault("expected a value");
    }
    this.at += word.length;
  }
}

/** Digits, signs, the point and the exponent. */
function isNumberCharacter(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  const digit = byte >= 0x30 && byte <= 0x39;
  return digit || byte === 0x2b || byte === 0x2d || byte === 0x2e || byte === 0x45 || byte === 0x65;
}
