/** What `fetch` was called with, as far as it can be read without touching it. */
export interface FetchRequest {
  readonly method: string;
  readonly url: URL;
  readonly signal: AbortSignal | undefined;
  /** The value of a header; null where there is none. */
  header(name: string): string | null;
  /**
   * The body as text; a promise where it has to be read from a copy; undefined where reading would
   * consume it (streams, forms).
   */
  body(): string | Promise<string> | undefined;
}

type FetchInput = Parameters<typeof fetch>[0];
type FetchInit = Parameters<typeof fetch>[1];

/** Of a body that has to be read from a copy, this many bytes are read at most. */
const largestCopy = 8 * 1024 * 1024;

/** Undefined where the address is none that `fetch` would accept. */
export function urlOf(input: FetchInput): URL | undefined {
  if (input instanceof URL) return input;
  try {
    return new URL(input instanceof Request ? input.url : input);
  } catch {
    return undefined;
  }
}

export function readFetchRequest(url: URL, input: FetchInput, init: FetchInit): FetchRequest {
  const request = input instanceof Request ? input : undefined;
  return {
    method: (init?.method ?? request?.method ?? "GET").toUpperCase(),
    url,
    signal: init?.signal ?? request?.signal,
    header: (name) => headerOf(init?.headers ?? request?.headers, name),
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
        : textOfCopy(request.clone());
    },
  };
}

/** Iterators are left alone: whoever reads one takes its values away from `fetch`. */
function headerOf(headers: NonNullable<FetchInit>["headers"], name: string): string | null {
  if (headers === undefined) return null;
  if (headers instanceof Headers) return headers.get(name);
  const pairs = Array.isArray(headers)
    ? headers
    : Symbol.iterator in headers
      ? []
      : Object.entries(headers);
  const found = pairs.find((pair) => pair[0].toLowerCase() === name);
  return found === undefined ? null : String(found[1]);
}

/** Text cut off at the limit is not JSON and so not used, as the rest of it would be. */
async function textOfCopy(copy: Request): Promise<string> {
  const reader = (copy.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    text += decoder.decode(value, { stream: true });
    if (text.length > largestCopy) {
      await reader.cancel();
      return "";
    }
  }
}
