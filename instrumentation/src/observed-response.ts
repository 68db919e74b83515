import { observeStream, passedOn } from "./observed-stream.js";

/** Receives what the application reads of an answer, when it reads it. */
export interface BodyObserver {
  /** Bytes; they belong to the application as soon as this returns. */
  chunk(bytes: Uint8Array): void;
  /** The whole body as text. */
  text(text: string): void;
  /** The whole body, parsed; it belongs to the application as soon as this returns. */
  parsed(value: unknown): void;
  /** The body was read to its end. */
  end(): void;
  /** Reading failed, or the application aborted the request. */
  fail(error: unknown): void;
  /** The application cancelled the body. */
  cancel(): void;
  /** The application has asked for more: until the next chunk the server is what is waited for. */
  waiting(): void;
}

/** Statuses whose responses the Response constructor does not allow a body for. */
const bodyless: ReadonlySet<number> = new Set([101, 103, 204, 205, 304]);

/** Whether `observeResponse` can observe this response. */
export function canObserve(response: Response): boolean {
  return response instanceof Response && response.body !== null && !bodyless.has(response.status);
}

/** The methods that read a body as a whole, and what is shown of it. */
const readers: Readonly<Record<string, (observer: BodyObserver, value: unknown) => void>> = {
  json: (observer, value) => observer.parsed(value),
  text: (observer, value) => observer.text(value as string),
  arrayBuffer: (observer, value) => observer.chunk(new Uint8Array(value as ArrayBuffer)),
  bytes: (observer, value) => observer.chunk(value as Uint8Array),
  blob: () => undefined,
  formData: () => undefined,
};

/**
 * Lets the observer see what the application reads of this response. The response stays the object
 * that it is, and nothing is read or buffered for the observer: back-pressure reaches the server,
 * and cancelling or aborting ends the transfer at once.
 */
export function observeResponse(response: Response, observer: BodyObserver): void {
  const state = { reading: false };
  const nativeBody = (): ReadableStream<Uint8Array> | null => bodyOf(response);
  const unread = (): boolean => !response.bodyUsed && nativeBody()?.locked === false;
  for (const [name, show] of Object.entries(readers)) {
    const native: unknown = Reflect.get(response, name);
    if (typeof native !== "function") continue;
    const read = native.bind(response) as () => Promise<unknown>;
    define(response, name, () => {
      if (!unread()) return read();
      // Reading goes through the stream's reader, which is not to be observed in its turn.
      state.reading = true;
      return readWhole(read, (value) => show(observer, value), observer);
    });
  }
  const clone = response.clone.bind(response);
  define(response, "clone", () => (unread() ? cloneOf(response, observer) : clone()));
  Object.defineProperty(response, "body", {
    configurable: true,
    get: () => {
      const stream = nativeBody();
      return stream === null || state.reading ? stream : observeStream(stream, observer);
    },
  });
}

function bodyOf(response: Response): ReadableStream<Uint8Array> | null {
  return Reflect.get(Response.prototype, "body", response) as ReadableStream<Uint8Array> | null;
}

function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, configurable: true, writable: true });
}

function readWhole(
  read: () => Promise<unknown>,
  show: (value: unknown) => void,
  observer: BodyObserver,
): Promise<unknown> {
  observer.waiting();
  return read().then(
    (value) => {
      show(value);
      observer.end();
      return value;
    },
    (error: unknown) => {
      // The body came, and is not what the application took it for.
      if (error instanceof SyntaxError) observer.end();
      else observer.fail(error);
      throw error;
    },
  );
}

/**
 * A clone divides the body in two. The observer sees it before it is divided, so that it does not
 * matter which of the two is read; the response answers with its own half from then on.
 */
function cloneOf(response: Response, observer: BodyObserver): Response {
  const half = new Response(passedOn(bodyOf(response) as ReadableStream<Uint8Array>, observer), {
    status: response.status,
    statusText: response.statusText,
    headers: response.headers,
  });
  const clone = (): Response => withOrigin(half.clone(), response);
  for (const name of Object.keys(readers)) {
    const read: unknown = Reflect.get(half, name);
    if (typeof read === "function") define(response, name, read.bind(half));
  }
  define(response, "clone", clone);
  Object.defineProperties(response, {
    body: { get: () => half.body, configurable: true },
    bodyUsed: { get: () => half.bodyUsed, configurable: true },
  });
  return clone();
}

/** A constructed response has no address of its own: it and its clones show the original's. */
function withOrigin(copy: Response, { url, redirected, type }: Response): Response {
  const clone = copy.clone.bind(copy);
  define(copy, "clone", () => withOrigin(clone(), copy));
  return Object.defineProperties(copy, {
    url: { value: url, configurable: true },
    redirected: { value: redirected, configurable: true },
    type: { value: type, configurable: true },
  });
}
