import type { Redactor } from "../model/ports.js";
import type { AttributeRules } from "./attribute-rules.js";
import { EscapedText } from "./escaped-text.js";
import { mapJsonTexts } from "./json-texts.js";
import type { OwnPattern } from "./own-pattern.js";
import { presetMatches, splice, type Replacement } from "./replacement.js";
import { SpanningMatches } from "./spanning-matches.js";
import type { PresetScanner } from "./presets/preset-scanner.js";

/** JSON within JSON within … that is still taken apart; deeper levels are read as text. */
const deepestJson = 8;
/** A replacement may set free what its neighbour hid; each round takes bytes away. */
const mostRounds = 8;
const backslash = 0x5c;

export interface TextRedactorOptions {
  /** Undefined: all are kept. */
  readonly attributes: AttributeRules | undefined;
  readonly own: readonly OwnPattern[];
  readonly presets: PresetScanner;
  /** Called once for each value and rule that replaced something in it. */
  readonly counted: (rule: string, replacements: number) => void;
  readonly dropped: () => void;
}

/**
 * Own patterns go first, in their order, then all presets. A text is looked at as it is and, if it
 * has backslashes, as it reads without the escapes of JSON. In most texts nothing is found then.
 * Otherwise JSON is taken apart and put together again, so that it stays JSON: own patterns look at
 * it as a whole first, then all rules at each of its texts. In any other text the bytes of what was found are replaced, those of its escapes included.
 */
export class TextRedactor implements Redactor {
  readonly #options: TextRedactorOptions;
  readonly #escaped = new EscapedText();

  constructor(options: TextRedactorOptions) {
    this.#options = options;
  }

  drops(source: Uint8Array, start: number, end: number): boolean {
    const { attributes, dropped } = this.#options;
    if (attributes === undefined || !attributes.drops(source, start, end)) return false;
    dropped();
    return true;
  }

  bytes(source: Uint8Array, start: number, end: number): Uint8Array | undefined {
    if (!this.#finds(source, start, end)) return undefined;
    return this.#redacted(bufferOf(source, start, end), deepestJson);
  }

  text(text: string): string {
    return this.#text(text, deepestJson);
  }

  #text(text: string, depth: number): string {
    const bytes = Buffer.from(text);
    if (!this.#finds(bytes, 0, bytes.length)) return text;
    return this.#redacted(bytes, depth)?.toString() ?? text;
  }

  #finds(source: Uint8Array, start: number, end: number): boolean {
    const { own, presets } = this.#options;
    if (own.length === 0 && presets.idle) return false;
    presets.reset();
    if (presets.next(source, start, end) || this.#findsOwn(source, start, end)) return true;
    if (!presets.escapes) return false;
    const escaped = this.#escaped;
    escaped.read(source, start, end);
    presets.reset();
    return (
      presets.next(escaped.bytes, 0, escaped.length) ||
      this.#findsOwn(escaped.bytes, 0, escaped.length)
    );
  }

  #findsOwn(source: Uint8Array, start: number, end: number): boolean {
    const { own } = this.#options;
    if (own.length === 0) return false;
    const text = source.subarray(start, end);
    return own.some((pattern) => pattern.test(text));
  }

  #redacted(source: Buffer, depth: number): Buffer | undefined {
    const text = source.toString();
    const json = depth > 0 ? this.#json(text, depth) : undefined;
    if (json !== undefined) return json === text ? undefined : Buffer.from(json);
    return this.#replaced(source);
  }

  /** Undefined when the text is no JSON. */
  #json(text: string, depth: number): string | undefined {
    const { own, counted } = this.#options;
    const spanning = new SpanningMatches(text, own);
    const json = mapJsonTexts(text, (inner, start, stop) => {
      const pattern = spanning.at(start, stop);
      if (pattern === undefined) return this.#text(inner, depth - 1);
      return this.#withoutPresets(pattern.replacement).toString();
    });
    for (const [{ name }, count] of spanning.counts()) if (count > 0) counted(name, count);
    return json;
  }

  #replaced(source: Buffer): Buffer | undefined {
    let result = source;
    for (const pattern of this.#options.own) {
      result = this.#pass(result, (text) => pattern.matches(text));
    }
    result = this.#withoutPresets(result);
    return result === source ? undefined : result;
  }

  #withoutPresets(source: Buffer): Buffer {
    const { presets } = this.#options;
    let result = source;
    for (let round = 0; round < mostRounds; round++) {
      const before = result;
      result = this.#pass(result, (text) => presetMatches(presets, text));
      if (result === before) break;
    }
    return result;
  }

  /** Replaces first what is found behind escapes, whole escapes at a time, then the rest. */
  #pass(source: Buffer, find: (text: Buffer) => Iterable<Replacement>): Buffer {
    const { counted } = this.#options;
    if (!source.includes(backslash)) return splice(source, [...find(source)], counted);
    const escaped = this.#escaped;
    escaped.read(source, 0, source.length);
    const found = [...find(escaped.bytes.subarray(0, escaped.length))].map((match) => ({
      ...match,
      start: escaped.place(match.start),
      stop: escaped.place(match.stop),
    }));
    const result = splice(source, found, counted);
    return splice(result, [...find(result)], counted);
  }
}

function bufferOf(source: Uint8Array, start: number, end: number): Buffer {
  return Buffer.from(source.buffer, source.byteOffset + start, end - start);
}
