/** A terminal that text can be overwritten on. */
export interface LiveTerminal {
  write(text: string): unknown;
  /** Width in characters; undefined or 0 when it is not known. */
  readonly columns?: number | undefined;
}

/** Lines that are shown again and again at the same place. */
export interface LiveBlock {
  show(lines: readonly string[]): void;
  /** Takes the lines away. */
  clear(): void;
}

export function liveBlock(terminal: LiveTerminal): LiveBlock {
  let height = 0;
  const clear = (): void => {
    // Up to the first line of the block, then everything below is erased.
    if (height > 0) terminal.write(`\u001B[${height}A\u001B[0J`);
    height = 0;
  };
  return {
    clear,
    show: (lines) => {
      clear();
      // A line that wraps would take two and spoil the count.
      const { columns = 0 } = terminal;
      const width = columns > 0 ? Math.max(20, columns - 1) : 119;
      terminal.write(lines.map((line) => `${line.slice(0, width)}\n`).join(""));
      height = lines.length;
    },
  };
}
