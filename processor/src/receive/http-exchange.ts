import type { IncomingMessage, ServerResponse } from "node:http";
import { CalibrantError } from "../kernel/errors.js";
import type { Logger } from "../kernel/logger.js";
import type { MemoryPool } from "../kernel/memory-pool.js";
import type { Admission, Pressure } from "../model/ports.js";
import type { ByteBudget } from "./byte-budget.js";
import { refuseUnderPressure, type OtlpHandler } from "./otlp-handler.js";
import type { HttpConfig } from "./receive-config.js";
import type { ReceiveTelemetry } from "./receive-telemetry.js";
import { retryDelay } from "./refusal.js";
import { failure, success, type Reply } from "./reply.js";
import { readBody, RequestAborted } from "./request-body.js";
import {
  announcedSize,
  credentialsOf,
  encodingOf,
  refuseLarger,
  requireCompression,
  requireEncoding,
} from "./request-form.js";
import { routeOf, type Signal } from "./routes.js";

/** How long, and for how many bodies' worth, the rest of a refused request is read and dropped. */
const lingerTime = 2_000;
const lingerBodies = 2;
/** The status that stands in the metrics for clients that went away. */
const clientGone = 499;

export interface ExchangeOptions {
  readonly config: HttpConfig;
  /** What is taken. */
  readonly signals: readonly Signal[];
  readonly handler: OtlpHandler;
  readonly admission: Admission;
  readonly pressure: Pressure;
  readonly budget: ByteBudget;
  readonly pool: MemoryPool;
  readonly telemetry: ReceiveTelemetry;
  readonly logger: Logger;
  readonly random: () => number;
}

/** One request and its answer over HTTP. */
export class HttpExchange {
  readonly #options: ExchangeOptions;
  /** Set when the server stops: connections end with the answer under way. */
  stopping = false;

  constructor(options: ExchangeOptions) {
    this.#options = options;
  }

  /**
   * Answers a request; never rejects.
   * @param expectsContinue the client waits for 100 before it sends the body
   */
  async serve(
    request: IncomingMessage,
    response: ServerResponse,
    expectsContinue: boolean,
  ): Promise<void> {
    const { logger, random, telemetry } = this.#options;
    const signal = routeOf(request.url ?? "");
    try {
      const reply = await this.#take(request, signal, () => {
        if (expectsContinue) response.writeContinue();
      });
      this.#answer(request, response, signal, reply);
    } catch (error) {
      if (error instanceof RequestAborted) {
        telemetry.request("http", signal, clientGone);
        return;
      }
      const encoding = encodingOf(request.headers) ?? "json";
      const reply = failure(error, encoding, retryDelay(random));
      if (reply.status === 500) logger.error({ err: error }, "a request failed unexpectedly");
      else logger.debug({ status: reply.status, reason: String(error) }, "a request was refused");
      this.#answer(request, response, signal, reply);
    }
  }

  /** All that can be refused without the body is refused before it is read. */
  async #take(
    request: IncomingMessage,
    signal: Signal | undefined,
    beforeBody: () => void,
  ): Promise<Reply> {
    const { config, signals, handler, admission, pressure, budget, pool, telemetry } =
      this.#options;
    const { headers } = request;
    if (signal === undefined) throw new CalibrantError("NOT_FOUND", "this path takes no telemetry");
    if (!signals.includes(signal)) {
      throw new CalibrantError("NOT_FOUND", `${signal} are refused (receivers.otlp.${signal})`);
    }
    if (request.method !== "POST") throw new CalibrantError("METHOD_NOT_ALLOWED", "use POST");
    admission.admit(credentialsOf(headers), "ingest", "http");
    const encoding = requireEncoding(headers);
    const compression = requireCompression(headers);
    const limit = { bytes: config.max_body_size, setting: "http.max_body_size" };
    refuseLarger(announcedSize(headers) ?? 0, limit);
    refuseUnderPressure(pressure);

    const ending = new AbortController();
    const hold = budget.hold((reason) => ending.abort(reason));
    const timer = setTimeout(() => ending.abort(lateBody(config)), config.request_timeout);
    const reading = { compression, limit, hold, pool };
    try {
      beforeBody();
      const { body, sent, release } = await readBody(request, reading, ending.signal);
      clearTimeout(timer);
      telemetry.bytes(signal, sent, body.length);
      const handled = handler.handle(signal, body, encoding, hold);
      // The body has been decoded by now; what is left to do is to store its rows.
      release();
      return success(signal, encoding, await handled);
    } finally {
      clearTimeout(timer);
      hold.release();
    }
  }

  #answer(
    request: IncomingMessage,
    response: ServerResponse,
    signal: Signal | undefined,
    { status, encoding, body, headers }: Reply,
  ): void {
    this.#options.telemetry.request("http", signal, status);
    if (response.destroyed) return;
    response.writeHead(status, {
      ...headers,
      ...(this.stopping ? { connection: "close" } : {}),
      "content-type": encoding === "json" ? "application/json" : "application/x-protobuf",
      "content-length": body.length,
    });
    response.end(body);
    if (!request.complete) this.#dropRest(request);
  }

  /**
   * Reads on for a while, so that the client gets to see the answer: closing a connection on
   * which data comes in resets it. Then the connection ends.
   */
  #dropRest(request: IncomingMessage): void {
    let left = this.#options.config.max_body_size * lingerBodies;
    const timer = setTimeout(() => request.destroy(), lingerTime);
    request.on("data", (piece: Buffer) => {
      left -= piece.length;
      if (left < 0) request.destroy();
    });
    request.on("error", () => undefined);
    request.once("close", () => clearTimeout(timer));
    request.resume();
  }
}

function lateBody({ request_timeout: time }: HttpConfig): CalibrantError {
  const message = `the body did not arrive within ${time} ms (http.request_timeout)`;
  return new CalibrantError("REQUEST_TIMEOUT", message);
}
