import { Agent, request } from "node:http";
import { Renewal, spanRequest } from "./requests.js";

export interface Acknowledgement {
  /** Milliseconds of the monotonic clock. */
  readonly at: number;
  readonly spans: number;
  /** Milliseconds from sending to the answer. */
  readonly latency: number;
}

export interface SenderOptions {
  readonly otlp: string;
  readonly spanSize: number;
  readonly spansPerRequest: number;
  readonly connections: number;
  /** A few when left out. */
  readonly spansPerTrace?: number;
}

/** Sends spans over HTTP as an OTLP exporter does: protobuf, connections kept open. */
export class Sender {
  readonly acknowledgements: Acknowledgement[] = [];
  refused = 0;
  readonly #options: SenderOptions;
  readonly #agent: Agent;
  readonly #idle: Renewal[];

  constructor(options: SenderOptions) {
    const { spansPerRequest, spanSize, connections, spansPerTrace } = options;
    this.#options = options;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
    this.#idle = Array.from(
      { length: connections },
      (_, seed) => new Renewal(spanRequest(spansPerRequest, spanSize, seed + 1, spansPerTrace)),
    );
  }

  get acknowledged(): number {
    return this.acknowledgements.reduce((sum, { spans }) => sum + spans, 0);
  }

  /** Sends so many spans as fast as they are taken. */
  async sendAll(spans: number): Promise<void> {
    let left = Math.ceil(spans / this.#options.spansPerRequest);
    const lane = async (renewal: Renewal): Promise<void> => {
      while (left-- > 0) await this.#send(renewal);
    };
    await Promise.all(this.#idle.map(lane));
  }

  /**
   * Sends at a rate of its own, whatever the answers. A request that finds no free connection is
   * sent as soon as one is free; its latency counts from when it was due.
   * @param rate spans a second
   */
  async sendAt(rate: number, seconds: number): Promise<void> {
    const { spansPerRequest } = this.#options;
    const start = performance.now();
    const total = Math.floor((rate * seconds) / spansPerRequest);
    const due = (index: number): number => start + (index * spansPerRequest * 1_000) / rate;
    let next = 0;
    const lane = async (renewal: Renewal): Promise<void> => {
      while (next < total) {
        const at = due(next++);
        const wait = at - performance.now();
        if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
        await this.#send(renewal, at);
      }
    };
    await Promise.all(this.#idle.map(lane));
  }

  close(): void {
    this.#agent.destroy();
  }

  async #send(renewal: Renewal, due?: number): Promise<void> {
    const body = renewal.renew();
    const { otlp, spansPerRequest: spans } = this.#options;
    const start = due ?? performance.now();
    const status = await post(`${otlp}/v1/traces`, body, this.#agent);
    const at = performance.now();
    if (status === 200) this.acknowledgements.push({ at, spans, latency: at - start });
    else this.refused++;
  }
}

function post(url: string, body: Buffer, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        method: "POST",
        agent,
        headers: { "content-type": "application/x-protobuf", "content-length": body.length },
      },
      (answer) => {
        answer.resume();
        answer.once("end", () => resolve(answer.statusCode ?? 0));
      },
    );
    sent.once("error", reject);
    sent.end(body);
  });
}
