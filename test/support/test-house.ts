import { join } from "node:path";
import { onTestFinished } from "vitest";
import { parseConfig } from "#processor/config.js";
import { openHouse, type House } from "#processor/house.js";
import { systemClock, type Clock } from "#processor/kernel/clock.js";
import { createLogger } from "#processor/kernel/logger.js";
import type { TestStore } from "./store.js";
import { temporaryFolder } from "./temporary-folder.js";

export interface TestHouse {
  /** Empty where the house receives nothing. */
  readonly otlp: string;
  readonly web: string;
  readonly dataDirectory: string;
  readonly house: House;
  /** The problems that /readyz names, by part. */
  readonly problems: () => Promise<Record<string, string>>;
  /** The value of a series of /metrics, such as `calibrant_spool_lag_seconds`; 0 without it. */
  readonly metric: (series: string) => Promise<number>;
  readonly close: () => Promise<void>;
}

export interface TestHouseOptions {
  /** A store instead of an embedded one of the house's own. */
  readonly store?: Pick<TestStore, "url" | "credentials">;
  readonly dataDirectory?: string;
  readonly spool?: Readonly<Record<string, unknown>>;
  /** Milliseconds to wait for an answer of the store. */
  readonly requestTimeout?: number;
  readonly clock?: Clock;
  /** Settings of `receivers` beside the addresses, and of `processors`. */
  readonly receivers?: Readonly<Record<string, unknown>>;
  readonly processors?: Readonly<Record<string, unknown>>;
  /** Exporters beside the store. */
  readonly exporters?: Readonly<Record<string, unknown>>;
  /** Settings of `service`. */
  readonly service?: Readonly<Record<string, unknown>>;
  /** Where OTLP/HTTP listens; on any port when left out. */
  readonly otlpEndpoint?: string;
}

/** The whole service within the test's process, on free ports; closed when the test has finished. */
export async function openTestHouse(options: TestHouseOptions = {}): Promise<TestHouse> {
  const { store, requestTimeout = 60_000, clock = systemClock } = options;
  const dataDirectory = options.dataDirectory ?? join(await temporaryFolder(), "data");
  const anyPort = "127.0.0.1:0";
  const config = parseConfig(
    JSON.stringify({
      processors: options.processors ?? {},
      service: options.service ?? {},
      receivers: {
        ...options.receivers,
        otlp: {
          protocols: {
            http: { endpoint: options.otlpEndpoint ?? anyPort },
            grpc: { endpoint: anyPort },
          },
        },
      },
      exporters: {
        ...options.exporters,
        clickhouse: {
          ...(store === undefined ? {} : { url: store.url, ...store.credentials }),
          request_timeout: requestTimeout,
        },
      },
      extensions: {
        web: { endpoint: anyPort },
        embedded_store: { endpoint: anyPort },
        spool: { segment_age: 50, poll_interval: 10, ...options.spool },
      },
    }),
    {},
  );
  const house = await openHouse({
    config,
    dataDirectory,
    logger: createLogger("silent"),
    clock,
    version: "0.0.0",
  });
  const ready = house.ready.catch(() => undefined);
  const close = async (): Promise<void> => {
    await house.close();
    await ready;
  };
  onTestFinished(close);
  const { otlp = "", web } = house.addresses;
  return {
    otlp,
    web,
    dataDirectory,
    house,
    problems: async () => {
      const answer = await fetch(`${web}/readyz`);
      const { parts } = (await answer.json()) as {
        parts: { name: string; problem?: string }[];
      };
      return Object.fromEntries(
        parts.flatMap(({ name, problem }) => (problem === undefined ? [] : [[name, problem]])),
      );
    },
    metric: async (series) => {
      const lines = (await (await fetch(`${web}/metrics`)).text()).split("\n");
      const line = lines.find((each) => each.startsWith(`${series} `));
      return Number(line?.slice(series.length + 1) ?? 0);
    },
    close,
  };
}
