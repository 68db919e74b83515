import { getHeapStatistics, setFlagsFromString } from "node:v8";

/** Bytes that the heap may grow by before it is collected whole. */
const growth = 80 * 1024 ** 2;
/** Milliseconds between two looks at the heap. */
const interval = 1_000;

/**
 * Lets the heap grow by some megabytes before it is collected whole, however small it is. The pieces
 * that a socket delivers count as heap: with V8's own rule, which is a share of what is alive, a
 * process that takes in 100 MB a second collects its small heap ten times a second, for half of its
 * time.
 */
export function collectSeldom(): void {
  let share = 0;
  const adjust = (): void => {
    const { used_heap_size: used } = getHeapStatistics();
    const wanted = Math.min(300, Math.max(40, 20 * Math.round((growth / used) * 5)));
    if (wanted === share) return;
    share = wanted;
    setFlagsFromString(`--heap-growing-percent=${share}`);
  };
  adjust();
  setInterval(adjust, interval).unref();
}
