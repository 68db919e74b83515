import type { Clock } from "../kernel/clock.js";
import type { DemoStats } from "../model/demo.js";
import { liveBlock, type LiveTerminal } from "./live-block.js";
import { renderProgress, renderProgressLine } from "./progress.js";

export interface WatchOptions {
  readonly clock: Clock;
  readonly stats: () => Promise<DemoStats>;
  /** Takes a line where there is no terminal to refresh. */
  readonly note: (line: string) => void;
  readonly live: LiveTerminal | undefined;
  readonly duration: number | undefined;
}

export interface Watcher {
  phase(name: string): void;
  stop(): Promise<void>;
}

/** Shows progress every second on a terminal, every five seconds elsewhere. */
export function watch({ clock, stats, note, live, duration }: WatchOptions): Watcher {
  const begun = clock.now();
  const block = live === undefined ? undefined : liveBlock(live);
  const stopping = new AbortController();
  let phase = "";
  const show = async (): Promise<void> => {
    const progress = { stats: await stats(), elapsed: clock.now() - begun, duration, phase };
    if (block === undefined) note(renderProgressLine(progress));
    else block.show(renderProgress(progress));
  };
  const loop = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(block === undefined ? 5_000 : 1_000, stopping.signal);
      if (stopping.signal.aborted) return;
      // A store that does not answer once is asked again; the figures stay as they were.
      await show().catch(() => undefined);
    }
  };
  const ended = loop();
  return {
    phase: (name) => {
      phase = name;
    },
    stop: async () => {
      stopping.abort();
      await ended;
      await show().catch(() => undefined);
    },
  };
}
