import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { CalibrantError, messageOf } from "../../kernel/errors.js";
import type { EndpointConfig, Signal } from "../forward-config.js";
import { partialSuccess, type PartialSuccess } from "./partial-success.js";

export type Answer =
  | { readonly kind: "taken"; readonly partial: PartialSuccess }
  /** The items are at fault: the same ones will not be taken later. */
  | { readonly kind: "refused"; readonly reason: string; readonly message: string }
  /** The endpoint or the way to it is at fault; `retryAfter` in milliseconds where it says so. */
  | {
      readonly kind: "held";
      readonly reason: string;
      readonly message: string;
      readonly retryAfter: number;
    };

/** Where one signal is sent to. */
export interface Endpoint {
  /** Sends one request. Aborting `signal` gives `held`. Never rejects. */
  send(request: Uint8Array, signal: AbortSignal): Promise<Answer>;
  close(): void;
}

/**
 * Statuses that say something about what was sent. Every other one says something about the
 * endpoint, its address or its credentials, and would be the same for every evaluation: to skip
 * them for it would lose them all for one wrong setting.
 */
const refusals: ReadonlySet<number> = new Set([400, 413, 422]);

/** Longest answer that is read. */
const longestAnswer = 64 * 1024;
/** Characters of an answer that go to the log. */
const shownOfAnswer = 300;
/** A connection that rests is closed before a server does it, which would cost a request. */
const idleConnection = 3_000;
const longestPause = 300_000;

const compress = promisify(gzip);

/**
 * @param setting the path of the endpoint's settings
 * @throws CalibrantError CONFIG_INVALID when the file of the authority cannot be read
 */
export function createEndpoint(config: EndpointConfig, signal: Signal, setting: string): Endpoint {
  const url = addressOf(config, signal);
  const options = { keepAlive: true, timeout: idleConnection };
  const agent =
    url.protocol === "https:"
      ? new https.Agent({ ...options, ...authorityOf(config, setting) })
      : new http.Agent(options);
  const { request } = url.protocol === "https:" ? https : http;
  const headers = {
    "user-agent": "calibrant",
    ...config.headers,
    "content-type": "application/x-protobuf",
    ...(config.compression === "gzip" ? { "content-encoding": "gzip" } : {}),
  };
  return {
    send: async (body, aborted) => {
      const timeout = AbortSignal.timeout(config.timeout);
      try {
        const sent = config.compression === "gzip" ? await compress(body) : body;
        const length = { "content-length": String(sent.length) };
        const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
          request(
            url,
            {
              method: "POST",
              agent,
              headers: { ...headers, ...length },
              signal: AbortSignal.any([timeout, aborted]),
            },
            resolve,
          )
            .on("error", reject)
            .end(sent);
        });
        return answerOf(response, await bodyOf(response));
      } catch (error) {
        const reason = timeout.aborted ? "timeout" : "network";
        const message = timeout.aborted
          ? `no answer within ${config.timeout} ms`
          : messageOf(error);
        return { kind: "held", reason, message, retryAfter: 0 };
      }
    },
    close: () => agent.destroy(),
  };
}

function addressOf(config: EndpointConfig, signal: Signal): URL {
  const own = signal === "logs" ? config.logs_endpoint : config.traces_endpoint;
  return new URL(own ?? `${config.endpoint.replace(/\/+$/, "")}/v1/${signal}`);
}

function authorityOf({ tls }: EndpointConfig, setting: string): { readonly ca?: Buffer } {
  if (tls === undefined) return {};
  try {
    return { ca: readFileSync(tls.ca_file) };
  } catch (error) {
    const message = `${setting}.tls.ca_file: cannot read ${tls.ca_file}: ${messageOf(error)}`;
    throw new CalibrantError("CONFIG_INVALID", message, { cause: error });
  }
}

async function bodyOf(response: http.IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of response as AsyncIterable<Buffer>) {
      pieces.push(piece);
      size += piece.length;
      if (size > longestAnswer) break;
    }
  } catch (error) {
    // What was taken stays taken, even if the rest of the answer is lost.
    if (!isSuccess(response.statusCode)) throw error;
  }
  return Buffer.concat(pieces);
}

function isSuccess(status = 0): boolean {
  return status >= 200 && status < 300;
}

function answerOf({ statusCode = 0, headers }: http.IncomingMessage, body: Buffer): Answer {
  if (isSuccess(statusCode)) {
    return { kind: "taken", partial: partialSuccess(body, headers["content-type"] ?? "") };
  }
  const reason = `status_${statusCode}`;
  const text = body
    .toString()
    .replace(/[^\x20-\x7e]+/g, " ")
    .slice(0, shownOfAnswer);
  const message = `answered ${statusCode}: ${text}`;
  if (refusals.has(statusCode)) return { kind: "refused", reason, message };
  return { kind: "held", reason, message, retryAfter: pauseOf(headers["retry-after"]) };
}

/** Seconds or a date, as HTTP has it; 0 when it says nothing. */
function pauseOf(retryAfter: string | undefined): number {
  if (retryAfter === undefined) return 0;
  const pause = /^\d+$/.test(retryAfter.trim())
    ? Number(retryAfter) * 1_000
    : Date.parse(retryAfter) - Date.now();
  return Number.isFinite(pause) ? Math.min(Math.max(pause, 0), longestPause) : 0;
}
