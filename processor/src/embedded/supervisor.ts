import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { backoff } from "../kernel/backoff.js";
import type { Clock } from "../kernel/clock.js";
import { CalibrantError, messageOf, type ErrorCode } from "../kernel/errors.js";
import type { Logger } from "../kernel/logger.js";
import type { ChildMessage, FailedMessage, ReadyMessage, StartMessage } from "./child-messages.js";

export interface SupervisorOptions {
  readonly start: StartMessage;
  readonly directory: string;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly onExit?: (reason: string) => void;
}

export interface SupervisedChild {
  readonly port: number;
  readonly engineVersion: string;
  readonly pid: number | undefined;
  problem(): string | undefined;
  stop(): Promise<void>;
}

interface Running {
  readonly process: ChildProcess;
  readonly ready: ReadyMessage;
  /** Resolves with the reason when the process has ended. */
  readonly ended: Promise<string>;
}

/** How long the process may take over its queries before it is ended all the same. */
const stopPatience = 10_000;

/** Starts the process and starts it again whenever it ends unasked. */
export async function superviseChild(options: SupervisorOptions): Promise<SupervisedChild> {
  const { logger, clock, onExit } = options;
  let running: Running | undefined = await startChild(options, options.start);
  const { port, engineVersion } = running.ready;
  const stopping = new AbortController();
  let lastProblem = describeDetached(running.ready);

  const watch = async (): Promise<void> => {
    let attempt = 0;
    while (!stopping.signal.aborted) {
      if (running !== undefined) {
        const reason = await running.ended;
        running = undefined;
        if (stopping.signal.aborted) return;
        lastProblem = `the embedded store's process has ended (${reason}) and is being started again`;
        logger.error({ reason }, lastProblem);
        onExit?.(reason);
      }
      try {
        const next = await startChild(options, { ...options.start, port });
        if (stopping.signal.aborted) await endChild(next, clock);
        else running = next;
        attempt = 0;
        lastProblem = describeDetached(next.ready);
        logger.info({ pid: next.process.pid }, "the embedded store's process runs again");
      } catch (error) {
        lastProblem = `the embedded store's process cannot be started again: ${messageOf(error)}`;
        logger.error({ err: error }, lastProblem);
        await clock.sleep(backoff(attempt++), stopping.signal);
      }
    }
  };
  const watching = watch();

  return {
    port,
    engineVersion,
    get pid() {
      return running?.process.pid;
    },
    problem: () => lastProblem,
    stop: async () => {
      stopping.abort();
      if (running !== undefined) await endChild(running, clock);
      await watching;
    },
  };
}

async function startChild(options: SupervisorOptions, start: StartMessage): Promise<Running> {
  const child = fork(fileURLToPath(new URL("./child.js", import.meta.url)), [], {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    execArgv: [],
    env: childEnvironment(),
  });
  const logged = keepTail(child);
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(messageOf(error)));
    // Not "exit": by "close" all that it wrote on standard error has been read, too.
    child.once("close", (code, signal) => resolve(signal ?? `exit code ${code ?? "unknown"}`));
  });
  const answered = new Promise<ChildMessage>((resolve) => {
    child.once("message", (message) => resolve(message as ChildMessage));
  });
  child.send(start, () => undefined);
  const first = await Promise.race([answered, ended]);
  if (typeof first === "string") {
    throw new CalibrantError(
      "EMBEDDED_FAILED",
      `the embedded store's process on ${options.directory} ended at start (${first}) ${logged()}`.trim(),
      { retryable: true },
    );
  }
  if (first.kind === "ready") return { process: child, ready: first, ended };
  child.kill("SIGKILL");
  await ended;
  throw startError(first, logged() || first.message, start, options.directory);
}

function startError(
  { reason, message }: FailedMessage,
  engineSays: string,
  { host, port }: StartMessage,
  directory: string,
): CalibrantError {
  const errors: Record<FailedMessage["reason"], readonly [ErrorCode, string]> = {
    missing: ["EMBEDDED_MISSING", message],
    port: [
      "PORT_IN_USE",
      `port ${port} on ${host} is taken: choose another for the embedded store`,
    ],
    locked: [
      "EMBEDDED_FAILED",
      `another process holds the lock of the store in ${directory}: stop it, or choose another data directory (${engineSays})`,
    ],
    engine: ["EMBEDDED_FAILED", `the engine cannot open ${directory}: ${engineSays}`],
  };
  return new CalibrantError(...errors[reason]);
}

async function endChild({ process: child, ended }: Running, clock: Clock): Promise<void> {
  if (child.connected) child.send({ kind: "stop" });
  const patience = new AbortController();
  const late = clock.sleep(stopPatience, patience.signal).then(() => "late" as const);
  if ((await Promise.race([ended, late])) === "late") child.kill("SIGKILL");
  await ended;
  patience.abort();
}

/** The process needs no secrets of the service, and its clock is UTC whatever the machine's is. */
function childEnvironment(): NodeJS.ProcessEnv {
  const kept = ["PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "NODE_PATH"];
  const own = kept.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(own), TZ: "UTC", UV_THREADPOOL_SIZE: "16" };
}

/** The last line that the process wrote on standard error. */
function keepTail(child: ChildProcess): () => string {
  let tail = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    tail = (tail + text).slice(-2_000);
  });
  return () => tail.trim().split("\n").at(-1) ?? "";
}

function describeDetached({ detachedParts }: ReadyMessage): string | undefined {
  if (detachedParts.length === 0) return undefined;
  const names = detachedParts.slice(0, 5).join(", ");
  return `the store set ${detachedParts.length} damaged parts aside when it opened (${names}): restore them from a backup, or drop them with ALTER TABLE ... DROP DETACHED PART`;
}
