import { context, type Context } from "@opentelemetry/api";

export interface ResultObserver {
  /** Called with the final value: of a promise the one it resolves to, of a generator undefined. */
  readonly succeed: (value: unknown) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Tells when a result is complete, without touching what the caller gets: promises and generators
 * stay the objects that they are. The steps of a generator run in `active`. Of any other stream
 * nothing is known but that it was returned.
 */
export function observeResult(result: unknown, active: Context, observer: ResultObserver): void {
  const complete = (value: unknown): void => {
    if (isGenerator(value)) observeGenerator(value, active, observer);
    else observer.succeed(value);
  };
  if (!(result instanceof Promise)) complete(result);
  else if (result.then === Promise.prototype.then) void result.then(complete, observer.fail);
  else observeLazy(result, complete, observer);
}

/**
 * A promise with a `then` of its own may begin its work with the call of it, as those of the model
 * clients do, which read the answer's body then. So it is only looked on while somebody else asks.
 */
function observeLazy(
  promise: Promise<unknown>,
  complete: (value: unknown) => void,
  observer: ResultObserver,
): void {
  const ask = promise.then.bind(promise);
  let asked = false;
  for (const method of ["then", "catch", "finally"] as const) {
    const original = promise[method] as (...args: unknown[]) => unknown;
    shadow(promise, method, (...args) => {
      const derived = original.apply(promise, args);
      if (!asked) {
        asked = true;
        void ask(complete, observer.fail);
      }
      return derived;
    });
  }
  setImmediate(() => {
    if (!asked) observer.succeed(undefined);
  });
}

type Step = (...args: unknown[]) => unknown;
type AnyGenerator = Record<"next" | "return" | "throw", Step>;

function isGenerator(value: unknown): value is AnyGenerator {
  const tag = Object.prototype.toString.call(value);
  return tag === "[object Generator]" || tag === "[object AsyncGenerator]";
}

function observeGenerator(
  generator: AnyGenerator,
  active: Context,
  observer: ResultObserver,
): void {
  const look = (step: unknown): void => {
    if ((step as { readonly done?: boolean }).done === true) observer.succeed(undefined);
  };
  for (const method of ["next", "return", "throw"] as const) {
    const original = generator[method];
    shadow(generator, method, (...args) => {
      let step: unknown;
      try {
        step = context.with(active, () => original.apply(generator, args));
      } catch (error) {
        observer.fail(error);
        throw error;
      }
      if (step instanceof Promise) void step.then(look, observer.fail);
      else look(step);
      return step;
    });
  }
}

/** Not enumerable, like the method of the prototype that it stands in front of. */
function shadow(target: object, name: string, value: (...args: unknown[]) => unknown): void {
  Object.defineProperty(target, name, { value, configurable: true, writable: true });
}
