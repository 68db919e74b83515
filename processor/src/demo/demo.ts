import type { Clock } from "../kernel/clock.js";
import type { DemoQueries, DemoStats } from "../model/demo.js";
import { bannerLines, type DemoAddresses } from "./banner.js";
import { drain } from "./drain.js";
import type { LiveTerminal } from "./live-block.js";
import { shopService, startShop, type ShopProcess } from "./shop-process.js";
import { releases } from "./shop/prompts.js";
import { simulatedModels } from "./simulator/model-server.js";
import { watch, type Watcher } from "./watcher.js";
import { renderSummary, summarise, type DemoSummary } from "./summary.js";

export { startSimulatedModel, simulatedModels } from "./simulator/model-server.js";
export type { SimulatedModel } from "./simulator/model-server.js";
export type { DemoAddresses } from "./banner.js";
export type { DemoSummary } from "./summary.js";

export interface DemoOutput {
  /** A line for people, or the result. */
  print(line: string): void;
  /** Progress, where there is no terminal to refresh it on. */
  note(line: string): void;
  /** A terminal to refresh the progress on; undefined where there is none. */
  readonly live: LiveTerminal | undefined;
}

export interface DemoOptions {
  readonly addresses: DemoAddresses;
  readonly queries: DemoQueries;
  readonly clock: Clock;
  readonly output: DemoOutput;
  /** Ends the demo: traffic stops, the summary is printed. */
  readonly signal: AbortSignal;
  /** Milliseconds to run; undefined runs until the signal. */
  readonly duration?: number | undefined;
  /** Whether the demo ends with its duration; otherwise the service stays up until the signal. */
  readonly exit?: boolean;
  /** Prints the summary as JSON and nothing else on the output's `print`. */
  readonly json?: boolean;
  /** Turns in a second. Default: 8. */
  readonly rate?: number;
  readonly seed?: number;
}

/** Milliseconds from the start to the newer release where the demo has no end. */
const rolloutAfter = 45_000;
/** Milliseconds before the end that are kept for what is still under way. */
const reserve = 12_000;

/**
 * Runs the shop in its two releases, one after the other, against a service that is up, and shows
 * what the service makes of it. Resolves with what was found.
 * @throws Error when the shop fails
 */
export async function runDemo(options: DemoOptions): Promise<DemoSummary> {
  const { clock, output, signal, duration, json = false } = options;
  const begun = clock.now();
  const traffic =
    duration === undefined ? undefined : Math.max(duration * 0.75, duration - reserve);
  const rollout = traffic === undefined ? rolloutAfter : traffic / 2;
  const say = (line: string): void => (json ? output.note(line) : output.print(line));
  const stats = (): Promise<DemoStats> => options.queries.stats(shopService, begun);
  for (const line of bannerLines(options.addresses, releases, rollout)) say(line);

  const watcher = watch({
    clock,
    stats,
    note: (line) => output.note(line),
    live: output.live,
    duration,
  });
  let complete = true;
  try {
    await runRelease(options, releases[0], rollout, watcher);
    const rest = traffic === undefined ? undefined : traffic - rollout;
    if (!signal.aborted) await runRelease(options, releases[1], rest, watcher);
    watcher.phase(signal.aborted ? "stopping" : "waiting for the last scores");
    complete = await drain({ clock, stats, signal });
  } finally {
    await watcher.stop();
  }
  if (!complete) output.note("Not everything was evaluated in time; the summary is partial.");
  const summary = await summaryOf(options, begun);
  output.print(json ? JSON.stringify(summary, null, 2) : `\n${renderSummary(summary)}\n`);
  if (duration !== undefined && options.exit !== true && !signal.aborted) {
    say("The service is still up. Ctrl-C stops it.");
    await untilAborted(signal);
  }
  return summary;
}

async function runRelease(
  { addresses, clock, signal, rate = 8, seed = 1 }: DemoOptions,
  release: string,
  time: number | undefined,
  watcher: Watcher,
): Promise<void> {
  watcher.phase(`release ${release}`);
  const shop: ShopProcess = startShop({
    release,
    modelUrl: addresses.model,
    model: simulatedModels.shop,
    otlpUrl: addresses.otlp,
    feedbackUrl: `${addresses.api}/v1/feedback`,
    rate,
    seed,
  });
  const leaving = new AbortController();
  const over = AbortSignal.any([signal, leaving.signal]);
  try {
    const served = time === undefined ? untilAborted(over) : clock.sleep(time, over);
    await Promise.race([served, shop.ended]);
  } finally {
    leaving.abort();
    await shop.stop();
  }
}

async function summaryOf({ queries }: DemoOptions, begun: number): Promise<DemoSummary> {
  const [stats, quality] = await Promise.all([
    queries.stats(shopService, begun),
    queries.quality(shopService, begun),
  ]);
  return summarise(stats, quality);
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
