import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";

/** Sends unique spans without pause and remembers which were acknowledged. */
export interface LoadGenerator {
  /** The spans' service. */
  readonly service: string;
  /** Ids of spans whose request was answered with 200. */
  readonly acknowledged: ReadonlySet<string>;
  /** Ids of all spans that were sent, acknowledged or not. */
  readonly sent: ReadonlySet<string>;
  /** Answers by their status; 0 stands for a connection that failed. */
  readonly statuses: ReadonlyMap<number, number>;
  stop(): Promise<void>;
}

const spansPerRequest = 40;

function request(
  sent: Set<string>,
  service: string,
): { readonly body: string; readonly ids: readonly string[] } {
  const traceId = randomBytes(16).toString("hex");
  const now = BigInt(Date.now()) * 1_000_000n;
  const ids = Array.from({ length: spansPerRequest }, () => randomBytes(8).toString("hex"));
  for (const id of ids) sent.add(id);
  const spans = ids.map((spanId, index) => ({
    traceId,
    spanId,
    ...(index === 0 ? {} : { parentSpanId: ids[0] }),
    name: "load",
    kind: 1,
    startTimeUnixNano: String(now),
    endTimeUnixNano: String(now + 1_000_000n),
    attributes: [{ key: "filler", value: { stringValue: "x".repeat(200) } }],
  }));
  const resource = {
    attributes: [{ key: "service.name", value: { stringValue: service } }],
  };
  return {
    ids,
    body: JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] }),
  };
}

export interface LoadOptions {
  readonly service?: string;
  /** Milliseconds that a connection rests after an answer. */
  readonly pauses?: number;
}

/**
 * Keeps `connections` requests under way until stopped. A request that fails is not sent again:
 * its spans may or may not have been kept, and each of them at most once.
 */
export function startLoad(
  otlp: string,
  connections: number,
  { service = "load-generator", pauses = 0 }: LoadOptions = {},
): LoadGenerator {
  const acknowledged = new Set<string>();
  const sent = new Set<string>();
  const statuses = new Map<number, number>();
  const count = (status: number): void => {
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  };
  const stopping = new AbortController();

  const connection = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const { body, ids } = request(sent, service);
      try {
        const answer = await fetch(`${otlp}/v1/traces`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body,
        });
        await answer.text();
        count(answer.status);
        if (answer.status === 200) for (const id of ids) acknowledged.add(id);
        if (pauses > 0) await pause(pauses);
      } catch {
        count(0);
        // The service is being killed: the connection is refused or reset until it is back.
        await pause(5);
      }
    }
  };

  const running = Array.from({ length: connections }, connection);
  return {
    service,
    acknowledged,
    sent,
    statuses,
    stop: async () => {
      stopping.abort();
      await Promise.all(running);
    },
  };
}
