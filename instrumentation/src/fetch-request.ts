/** What `fetch` was called with, as far as it can be read without touching it. */
export interface FetchRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  /**
   * The body as text; a promise where it has to be read from a copy; undefined where reading would
   * consume it (streams, forms).
   */
  body(): string | Promise<string> | undefined;
}

type FetchInput = Parameters<typeof fetch>[0];
type FetchInit = Parameters<typeof fetch>[1];

/** Undefined where the address is none that `fetch` would accept. */
export function urlOf(input: FetchInput): URL | undefined {
  if (input instanceof URL) return input;
  const text = input instanceof Request ? input.url : input;
  return URL.canParse(text) ? new URL(text) : undefined;
}

export function readFetchRequest(url: URL, input: FetchInput, init: FetchInit): FetchRequest {
  const request = input instanceof Request ? input : undefined;
  return {
    method: (init?.method ?? request?.method ?? "GET").toUpperCase(),
    url,
    headers: new Headers(init?.headers ?? request?.headers),
    body: () => {
      const body = init?.body;
      if (typeof body === "string") return body;
      if (body instanceof Uint8Array || body instanceof ArrayBuffer) {
        return new TextDecoder().decode(body);
      }
      if (body !== undefined && body !== null) return undefined;
      // A clone of a Request must be made before `fetch` takes its body; a used one cannot be cloned.
      return request === undefined || request.body === null || request.bodyUsed
        ? undefined
        : request.clone().text();
    },
  };
}
