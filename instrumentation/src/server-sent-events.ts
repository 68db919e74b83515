export interface ServerSentEvent {
  /** Empty when the event has no name. */
  readonly name: string;
  readonly data: string;
}

/** Events larger than this many characters are dropped, so that a stream without ends costs no memory. */
const largestEvent = 4 * 1024 * 1024;

/**
 * Cuts a stream of text into server-sent events (WHATWG HTML, section 9.2.6). Line ends may be
 * CR, LF or both, and a piece of text may end anywhere.
 */
export class ServerSentEventParser {
  #rest = "";
  /** Up to here the rest is known to hold no line end. */
  #scanned = 0;
  #hasCarriage = false;
  /** The next LF of the rest, -1 for none; undefined where it has not been looked for. */
  #feed: number | undefined;
  #name = "";
  #data: string[] = [];
  #size = 0;

  /** Whether the text so far ends with the end of an event. */
  get between(): boolean {
    return this.#rest === "" && this.#data.length === 0 && this.#name === "";
  }

  /** The events that `text` completes. */
  add(text: string): ServerSentEvent[] {
    const events: ServerSentEvent[] = [];
    this.#rest += text;
    this.#hasCarriage ||= text.includes("\r");
    this.#feed = undefined;
    let start = 0;
    for (;;) {
      const end = this.#lineEnd(start);
      if (end === undefined) break;
      this.#line(this.#rest.slice(start, end.at), events);
      start = end.next;
      this.#scanned = 0;
    }
    this.#rest = this.#rest.slice(start);
    if (this.#rest.length > largestEvent) this.#rest = "";
    this.#scanned = Math.max(0, this.#rest.length - 1);
    return events;
  }

  #lineEnd(start: number): { readonly at: number; readonly next: number } | undefined {
    const from = Math.max(start, this.#scanned);
    const feed = this.#nextFeed(from);
    const end = feed < 0 ? this.#rest.length : feed;
    const carriage = this.#carriage(from, end);
    if (carriage === undefined) return feed < 0 ? undefined : { at: feed, next: feed + 1 };
    // What follows a CR at the end of the piece is not known yet.
    if (carriage + 1 === this.#rest.length) return undefined;
    return { at: carriage, next: carriage + 1 === feed ? feed + 1 : carriage + 1 };
  }

  /** Kept from line to line: lines that end with CR would each search the whole rest. */
  #nextFeed(from: number): number {
    if (this.#feed === undefined || (this.#feed >= 0 && this.#feed < from)) {
      this.#feed = this.#rest.indexOf("\n", from);
    }
    return this.#feed;
  }

  /** The first CR before `end`; most streams have none, which one search over the piece tells. */
  #carriage(from: number, end: number): number | undefined {
    if (!this.#hasCarriage) return undefined;
    const at = this.#rest.slice(from, end).indexOf("\r");
    return at < 0 ? undefined : from + at;
  }

  #line(line: string, events: ServerSentEvent[]): void {
    if (line === "") {
      if (this.#data.length > 0) events.push({ name: this.#name, data: this.#data.join("\n") });
      this.#name = "";
      this.#data = [];
      this.#size = 0;
      return;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "event") this.#name = value;
    if (field === "data" && this.#size + value.length <= largestEvent) {
      this.#size += value.length;
      this.#data.push(value);
    }
  }
}
