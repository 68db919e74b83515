/** A signal for one call that aborts when `parent` does. */
export interface CallSignal {
  readonly signal: AbortSignal;
  /** To be called when the call has ended, so that nothing of it stays with the parent. */
  release(): void;
}

/** The `openai` client leaves its listeners on the signal it gets: it gets one that ends with the call. */
export function callSignal(parent: AbortSignal): CallSignal {
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort(parent.reason);
  };
  if (parent.aborted) abort();
  parent.addEventListener("abort", abort, { once: true });
  return {
    signal: controller.signal,
    release: () => {
      parent.removeEventListener("abort", abort);
    },
  };
}
