import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const writer = fileURLToPath(new URL("spool-writer.mjs", import.meta.url));

export interface SpoolProcess {
  readonly pid: number;
  /** Resolves when the process has acknowledged that many appends; rejects when it ends before. */
  acknowledges(count: number): Promise<void>;
  /** Ends it with SIGKILL; resolves with the identifiers that it had acknowledged. */
  kill(): Promise<readonly string[]>;
}

/** Starts a process that fills a spool until it is killed. */
export function startSpoolProcess(directory: string, prefix: string): SpoolProcess {
  const child = spawn(process.execPath, [writer, directory, prefix], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let errors = "";
  let notify: (() => void) | undefined;
  child.stdout.on("data", (piece: Buffer) => {
    output += piece.toString();
    notify?.();
  });
  child.stderr.on("data", (piece: Buffer) => (errors += piece.toString()));
  const ended = new Promise<void>((resolve) => {
    child.once("close", () => {
      resolve();
      notify?.();
    });
  });
  const lines = (): string[] => output.slice(0, output.lastIndexOf("\n") + 1).split("\n");
  const acknowledged = (): string[] => lines().filter((line) => line !== "" && line !== "ready");
  const kill = async (): Promise<readonly string[]> => {
    child.kill("SIGKILL");
    await ended;
    return acknowledged();
  };
  onTestFinished(async () => {
    await kill();
  });
  return {
    pid: child.pid ?? 0,
    acknowledges: async (count) => {
      while (acknowledged().length < count) {
        if (child.exitCode !== null || child.signalCode !== null) {
          throw new Error(`the process ended: ${errors}`);
        }
        await new Promise<void>((resolve) => {
          notify = resolve;
        });
      }
    },
    kill,
  };
}
