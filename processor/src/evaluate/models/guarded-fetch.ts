import { CalibrantError } from "../../kernel/errors.js";

/** Marks a call as Calibrant's own, so that nobody judges it. */
export const ownCallHeader = "x-calibrant-judge";

export interface GuardedFetchOptions {
  /** Calls to any other origin are refused, so that the key stays where it was configured for. */
  readonly origin: string;
  /** Milliseconds for one call, from the request to the last byte of the answer. */
  readonly timeout: number;
  /** Names of headers, in lower case, that may leave; all others are dropped. */
  readonly headers: ReadonlySet<string>;
}

/** Answers of judges are short; a server that sends more than this is not one. */
const largestAnswer = 4 * 1024 * 1024;

/**
 * `fetch` for judge calls: to one origin only, following no redirect, with a limit in time and
 * size that holds for the body, too. It answers when the whole body is there.
 */
export function guardedFetch(options: GuardedFetchOptions): typeof fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.origin !== options.origin) {
      throw refused(`calls to ${url.origin} are not allowed, only to ${options.origin}`);
    }
    const deadline = new AbortController();
    const timer = setTimeout(() => {
      deadline.abort(new DOMException(`no answer in ${options.timeout} ms`, "TimeoutError"));
    }, options.timeout);
    const cancel = (): void => deadline.abort(init?.signal?.reason);
    if (init?.signal?.aborted) cancel();
    init?.signal?.addEventListener("abort", cancel, { once: true });
    try {
      const response = await fetch(url, {
        ...init,
        headers: kept(init?.headers, options.headers),
        redirect: "manual",
        signal: deadline.signal,
      });
      if (response.status >= 300 && response.status < 400) {
        await response.body?.cancel();
        throw refused(`the model server answered with a redirect (${response.status})`);
      }
      const body = await readBody(response);
      const { status, statusText, headers } = response;
      return new Response(status === 204 ? null : body, { status, statusText, headers });
    } finally {
      clearTimeout(timer);
      init?.signal?.removeEventListener("abort", cancel);
    }
  };
}

function kept(headers: RequestInit["headers"], names: ReadonlySet<string>): Headers {
  const all = new Headers(headers);
  return new Headers([...all].filter(([name]) => names.has(name)));
}

async function readBody(response: Response): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of response.body ?? []) {
    size += piece.byteLength;
    if (size > largestAnswer) throw refused(`the answer is larger than ${largestAnswer} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function refused(message: string): CalibrantError {
  return new CalibrantError("JUDGE_REFUSED", message);
}
