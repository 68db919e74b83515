import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
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
  /** Connections that are kept open for the next calls. */
  readonly connections: number;
  /** Most bytes of an answer; 4 MiB when left out. */
  readonly largestAnswer?: number | undefined;
}

/** Answers of judges are short; a server that sends more than this is not one. */
const largestAnswer = 4 * 1024 * 1024;
/** Shorter than the time after which usual servers and balancers close an idle connection. */
const idleConnection = 15_000;

/**
 * `fetch` for judge calls: to one origin only, following no redirect, with a limit in time and
 * size that holds for the body, too. It answers when the whole body is there. It is made of
 * `node:http`, which takes half of the time of the streams in Node's own `fetch`.
 */
export function guardedFetch(options: GuardedFetchOptions): typeof fetch {
  const secure = options.origin.startsWith("https:");
  const agent = new (secure ? HttpsAgent : HttpAgent)({
    keepAlive: true,
    maxFreeSockets: options.connections,
    timeout: idleConnection,
  });
  const send = secure ? httpsRequest : httpRequest;
  const largest = options.largestAnswer ?? largestAnswer;

  return (input, init) =>
    new Promise((resolve, reject) => {
      const url = new URL(input instanceof Request ? input.url : input);
      if (url.origin !== options.origin) {
        throw refused(`calls to ${url.origin} are not allowed, only to ${options.origin}`);
      }
      const signal = init?.signal;
      signal?.throwIfAborted();
      const request = send(url, {
        agent,
        method: init?.method ?? "GET",
        headers: kept(init?.headers, options.headers),
      });
      const end = (error: Error): void => {
        settle();
        reject(error);
        request.destroy();
      };
      const cancel = (): void => {
        end(signal?.reason as Error);
      };
      const timer = setTimeout(() => {
        end(new DOMException(`no answer in ${options.timeout} ms`, "TimeoutError"));
      }, options.timeout);
      const settle = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", cancel);
      };
      signal?.addEventListener("abort", cancel, { once: true });
      request.on("error", end);
      request.on("response", (response) => {
        readAnswer(
          response,
          largest,
          (answer) => {
            settle();
            resolve(answer);
          },
          end,
        );
      });
      request.end(init?.body);
    });
}

function kept(headers: RequestInit["headers"], names: ReadonlySet<string>): Record<string, string> {
  const sent: Record<string, string> = {};
  new Headers(headers).forEach((value, name) => {
    if (names.has(name)) sent[name] = value;
  });
  return sent;
}

function readAnswer(
  response: IncomingMessage,
  largest: number,
  done: (answer: Response) => void,
  fail: (error: Error) => void,
): void {
  const { statusCode: status = 0 } = response;
  response.on("error", fail);
  if (status >= 300 && status < 400) {
    fail(refused(`the model server answered with a redirect (${status})`));
    return;
  }
  const pieces: Buffer[] = [];
  let size = 0;
  response.on("data", (piece: Buffer) => {
    size += piece.byteLength;
    if (size > largest) fail(refused(`the answer is larger than ${largest} bytes`));
    pieces.push(piece);
  });
  response.on("end", () => {
    try {
      done(new WholeResponse(Buffer.concat(pieces).toString(), response));
    } catch (error) {
      // A status that is none, such as 999.
      fail(error as Error);
    }
  });
}

/** A response whose body is there: without the streams that the base class would make of it. */
class WholeResponse extends Response {
  readonly #text: string;

  constructor(text: string, { statusCode, statusMessage, rawHeaders }: IncomingMessage) {
    const headers = new Headers();
    for (let at = 0; at < rawHeaders.length; at += 2) {
      headers.append(rawHeaders[at] as string, rawHeaders[at + 1] as string);
    }
    super(null, { status: statusCode ?? 0, statusText: statusMessage ?? "", headers });
    this.#text = text;
  }

  override text = async (): Promise<string> => this.#text;
  override json = async (): Promise<unknown> => JSON.parse(this.#text) as unknown;
}

function refused(message: string): CalibrantError {
  return new CalibrantError("JUDGE_REFUSED", message);
}
