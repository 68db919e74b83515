import { setTimeout as pause } from "node:timers/promises";

/** Asks again until `probe` answers something other than undefined or false; fails at the deadline. */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  deadline = 30_000,
): Promise<T> {
  const end = Date.now() + deadline;
  let last: unknown;
  for (;;) {
    try {
      const answer = await probe();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) {
      throw new Error(`waited ${deadline} ms in vain for ${what}`, { cause: last });
    }
    await pause(25);
  }
}
