import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../processor/dist/main.js", import.meta.url));

export interface CommandOutcome {
  readonly code: number | null;
  readonly output: string;
  /** What it wrote to standard error. */
  readonly notes: string;
}

export interface RunningCommand {
  readonly ended: Promise<CommandOutcome>;
  kill(): void;
}

/** The `calibrant` command in a process of its own. */
export function startCommand(...words: readonly string[]): RunningCommand {
  const child = spawn(process.execPath, [main, ...words], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env["PATH"] },
  });
  let output = "";
  let notes = "";
  child.stdout.on("data", (piece: Buffer) => (output += piece.toString()));
  child.stderr.on("data", (piece: Buffer) => (notes += piece.toString()));
  return {
    ended: new Promise((resolve) => {
      child.once("close", (code) => resolve({ code, output, notes }));
    }),
    kill: () => child.kill("SIGKILL"),
  };
}

export function runCommand(...words: readonly string[]): Promise<CommandOutcome> {
  return startCommand(...words).ended;
}
