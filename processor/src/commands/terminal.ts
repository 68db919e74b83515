/** Where commands write for people and for pipes. */
export interface Terminal {
  /** A line on standard output: results. */
  print(line: string): void;
  /** A line on standard error: progress and faults. */
  note(line: string): void;
}

export const processTerminal: Terminal = {
  print: (line) => {
    process.stdout.write(`${line}\n`);
  },
  note: (line) => {
    process.stderr.write(`${line}\n`);
  },
};

/** What the process answers its caller with; the table stands in `docs/commands.md`. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  configInvalid: 3,
  busy: 4,
} as const;
