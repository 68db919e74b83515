import type { Logger } from "./logger.js";

/** What has to be closed again, in the reverse order of its opening. */
export interface Closers {
  add(name: string, close: () => Promise<void>): void;
  /** Closes everything, also when a part fails at it. Calling it again waits for the same end. */
  close(): Promise<void>;
}

export function createClosers(logger: Logger): Closers {
  const open: { readonly name: string; readonly close: () => Promise<void> }[] = [];
  let closing: Promise<void> | undefined;

  const closeAll = async (): Promise<void> => {
    for (const { name, close } of open.toReversed()) {
      try {
        await close();
      } catch (error) {
        logger.error({ err: error, part: name }, `${name} did not close cleanly`);
      }
    }
  };

  return {
    add: (name, close) => {
      open.push({ name, close });
    },
    close: () => {
      closing ??= closeAll();
      return closing;
    },
  };
}
