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
  #name = "";
  #data: string[] = [];
  #size = 0;

  /** The events that `text` completes. */
  add(text: string): ServerSentEvent[] {
    const events: ServerSentEvent[] = [];
    this.#rest += text;
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
    for (let at = Math.max(start, this.#scanned); at < this.#rest.length; at++) {
      const code = this.#rest.charCodeAt(at);
      if (code === 10) return { at, next: at + 1 };
      if (code !== 13) continue;
      if (at + 1 === this.#rest.length) return undefined;
      return { at, next: this.#rest.charCodeAt(at + 1) === 10 ? at + 2 : at + 1 };
    }
    return undefined;
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
