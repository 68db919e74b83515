import type { BodyObserver } from "./observed-response.js";

type Bytes = ReadableStream<Uint8Array>;
type Result = Awaited<ReturnType<ReadableStreamDefaultReader<Uint8Array>["read"]>>;
/** The stream's own methods, whose many signatures do not matter here. */
type Method = (...args: unknown[]) => unknown;

const observed = new WeakSet<Bytes>();

/** Lets the observer see what is read of this stream, by whichever of its methods. Gives it back. */
export function observeStream(stream: Bytes, observer: BodyObserver): Bytes {
  if (observed.has(stream) || stream.locked) return stream;
  observed.add(stream);
  const native = (name: string | symbol): Method =>
    (Reflect.get(stream, name) as Method).bind(stream);
  const define = (name: string | symbol, method: Method): void => {
    Object.defineProperty(stream, name, { value: method, configurable: true, writable: true });
  };
  const [getReader, values, cancel] = [native("getReader"), native("values"), native("cancel")];
  const iterate: Method = (...args) =>
    observeReads(values(...args) as object, "next", "return", observer);
  define("getReader", (...args) =>
    observeReads(getReader(...args) as object, "read", "cancel", observer),
  );
  define("values", iterate);
  define(Symbol.asyncIterator, iterate);
  define("cancel", (...args) => {
    if (!stream.locked) observer.cancel();
    return cancel(...args);
  });
  // These read by means that nobody sees.
  for (const name of ["tee", "pipeTo", "pipeThrough"]) {
    const method = native(name);
    define(name, (...args) => {
      if (stream.locked) return method(...args);
      const source = passedOnBy(
        getReader as () => ReadableStreamDefaultReader<Uint8Array>,
        observer,
      );
      return (Reflect.get(source, name) as Method).apply(source, args);
    });
  }
  return stream;
}

/** @param read the method of the reader or iterator that gives the next chunk */
function observeReads(
  reader: object,
  read: "read" | "next",
  leave: "cancel" | "return",
  observer: BodyObserver,
): object {
  const nativeRead = (Reflect.get(reader, read) as Method).bind(reader);
  const nativeLeave = (Reflect.get(reader, leave) as Method).bind(reader);
  const see = (result: Result): Result => {
    if (result.done) observer.end();
    else observer.chunk(result.value);
    return result;
  };
  const fail = (error: unknown): never => {
    observer.fail(error);
    throw error;
  };
  return Object.defineProperties(reader, {
    [read]: {
      configurable: true,
      writable: true,
      value: (...args: unknown[]) => {
        observer.waiting();
        return (nativeRead(...args) as Promise<Result>).then(see, fail);
      },
    },
    [leave]: {
      configurable: true,
      writable: true,
      value: (...args: unknown[]) => {
        observer.cancel();
        return nativeLeave(...args);
      },
    },
  });
}

/** A stream of the same bytes, handed on chunk by chunk as they are asked for. */
export function passedOn(stream: Bytes, observer: BodyObserver): Bytes {
  const getReader = ReadableStream.prototype.getReader.bind(stream);
  return passedOnBy(getReader as () => ReadableStreamDefaultReader<Uint8Array>, observer);
}

function passedOnBy(
  getReader: () => ReadableStreamDefaultReader<Uint8Array>,
  observer: BodyObserver,
): Bytes {
  const reader = getReader();
  return new ReadableStream({
    type: "bytes",
    async pull(controller) {
      observer.waiting();
      try {
        const { done, value } = await reader.read();
        if (done) {
          controller.close();
          controller.byobRequest?.respond(0);
          observer.end();
          return;
        }
        observer.chunk(value);
        controller.enqueue(value);
      } catch (error) {
        controller.error(error);
        observer.fail(error);
      }
    },
    async cancel(reason) {
      observer.cancel();
      await reader.cancel(reason);
    },
  });
}
