/** Receives what passes through a response body, in the application's own pace. */
export interface BodyObserver {
  chunk(bytes: Uint8Array): void;
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

/** Whether `observeResponse` can stand in for this response. */
export function canObserve(response: Response): boolean {
  return response instanceof Response && response.body !== null && !bodyless.has(response.status);
}

/**
 * A response that is the same to the application as `response`, with a body that is handed on chunk
 * by chunk as the application reads it, and shown to the observer on the way. There is no second
 * branch as `clone()` would make: nothing is buffered, back-pressure reaches the server, and
 * cancelling or aborting ends the transfer at once.
 */
export function observeResponse(response: Response, observer: BodyObserver): Response {
  const body = handOn(response, observer);
  const observed = new Response(body, {
    status: response.status,
    statusText: response.statusText,
    headers: response.headers,
  });
  return withOrigin(observed, response);
}

/** A constructed response has no address of its own: it and its clones show the original's. */
function withOrigin(observed: Response, original: Response): Response {
  const { url, redirected, type } = original;
  const clone = observed.clone.bind(observed);
  return Object.defineProperties(observed, {
    url: { value: url, configurable: true },
    redirected: { value: redirected, configurable: true },
    type: { value: type, configurable: true },
    clone: { value: () => withOrigin(clone(), original), configurable: true, writable: true },
  });
}

function handOn(response: Response, observer: BodyObserver): ReadableStream<Uint8Array> {
  // The reader is taken when the application first reads: an unread response that is dropped is
  // then released by the platform as if it had not been observed.
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  const source = (): ReadableStreamDefaultReader<Uint8Array> => {
    reader ??= (response.body as ReadableStream<Uint8Array>).getReader();
    return reader;
  };
  return new ReadableStream({
    type: "bytes",
    async pull(controller) {
      observer.waiting();
      try {
        const { done, value } = await source().read();
        if (done) {
          controller.close();
          controller.byobRequest?.respond(0);
          observer.end();
          return;
        }
        // `enqueue` takes the memory of the chunk away: what is observed is a copy.
        const copy = value.slice();
        controller.enqueue(value);
        observer.chunk(copy);
      } catch (error) {
        controller.error(error);
        observer.fail(error);
      }
    },
    async cancel(reason) {
      observer.cancel();
      await (reader === undefined ? response.body?.cancel(reason) : reader.cancel(reason));
    },
  });
}
