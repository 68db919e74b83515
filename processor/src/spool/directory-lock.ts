import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { link, readFile, readlink, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { CalibrantError, messageOf } from "../kernel/errors.js";

/** How often the holder shows that it is alive, in milliseconds. */
const beat = 2_000;
/** A holder on another machine or in another container counts as gone after this silence. */
const silence = 15_000;
const mostAttempts = 100;

/** Who holds the folder; the content of the file `lock`. */
interface Holder {
  readonly token: string;
  readonly pid: number;
  /** When the process started, as the system says it: tells a pid that was given again. */
  readonly started: string;
  /** The machine, its boot and the container's processes: a pid means something only there. */
  readonly place: string;
}

export interface DirectoryLock {
  /** Why the folder is not ours any more; undefined while it is. */
  readonly lost: string | undefined;
  release(): Promise<void>;
}

/**
 * Keeps two processes from using one folder, also after a crash of the holder, on Linux and macOS
 * and without native code: a file `lock` that names its holder and is made as a hard link, which
 * one process only can do. A holder at the same place is asked for by pid and start time, so a pid
 * that was given again does not count. A holder at another place (a volume shared by containers)
 * counts as alive while it touches the file.
 *
 * @throws CalibrantError SPOOL_LOCKED
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const path = join(directory, "lock");
  const own: Holder = {
    token: randomUUID(),
    pid: process.pid,
    started: await startOf(process.pid),
    place: await thisPlace(),
  };
  const draft = `${path}.${own.token}`;
  await writeFile(draft, JSON.stringify(own), { mode: 0o600, flush: true });
  try {
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      if (await linked(draft, path)) return heldLock(path, own);
      const alive = await succeed(path, draft, own);
      if (alive === undefined) return heldLock(path, own);
      if (alive !== "") throw locked(directory, alive);
    }
    throw locked(directory, "processes that start at the same time");
  } finally {
    await rm(draft, { force: true });
  }
}

/** Words for the process that uses the folder; undefined when none does. */
export async function holderOf(directory: string): Promise<string | undefined> {
  const path = join(directory, "lock");
  const holder = await readHolder(path);
  if (holder === undefined) return undefined;
  return (await whyAlive(path, holder, await thisPlace())) || undefined;
}

function locked(directory: string, by: string): CalibrantError {
  return new CalibrantError(
    "SPOOL_LOCKED",
    `${directory} is in use by ${by}. Stop it, or give this one another data directory.`,
  );
}

/**
 * Takes the place of a holder that is gone. Answers undefined when that is done, words for a
 * holder that is alive, and an empty text when another process was faster and it is worth trying
 * again.
 *
 * A holder has one successor: whoever makes the file named after the holder's token. The successor
 * puts its own name into `lock` and only then removes that file. Whoever makes the file later finds
 * that `lock` names another holder by then, and steps back. A successor that dies before it is done
 * is succeeded in the same way.
 */
async function succeed(path: string, draft: string, own: Holder): Promise<string | undefined> {
  const first = await readHolder(path);
  if (first === undefined) return "";
  const claims: string[] = [];
  let last = first;
  for (;;) {
    const claim = `${path}.after.${last.token}`;
    const next = await readHolder(claim);
    if (next === undefined) break;
    claims.push(claim);
    last = next;
  }
  const alive = await whyAlive(claims.at(-1) ?? path, last, own.place);
  if (alive !== undefined) return alive;
  const claim = `${path}.after.${last.token}`;
  if (!(await linked(draft, claim))) return "";
  const unchanged = (await readHolder(path))?.token === first.token;
  if (unchanged) {
    await rename(draft, path);
    for (const old of claims) await rm(old, { force: true });
  }
  await rm(claim, { force: true });
  return unchanged ? undefined : "";
}

function heldLock(path: string, own: Holder): DirectoryLock {
  let lost: string | undefined;
  const check = async (): Promise<void> => {
    const holder = await readHolder(path);
    if (holder?.token !== own.token) {
      lost = `the lock ${path} was taken by process ${holder?.pid ?? "unknown"}`;
      return;
    }
    const now = new Date();
    await utimes(path, now, now);
  };
  const timer = setInterval(() => {
    check().catch((error: unknown) => {
      lost = `the lock ${path} cannot be kept: ${messageOf(error)}`;
    });
  }, beat);
  timer.unref();
  return {
    get lost() {
      return lost;
    },
    release: async () => {
      clearInterval(timer);
      const holder = await readHolder(path);
      if (holder?.token === own.token) await rm(path, { force: true });
    },
  };
}

/** A hard link is made once: whoever makes it holds the lock. */
async function linked(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

/** The holder, or undefined when there is none; a file that does not name one is nobody's. */
async function readHolder(path: string): Promise<Holder | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return { token: "", pid: 0, started: "", place: "" };
  }
}

/** Words for who holds the folder; undefined when the holder is gone, empty when its file is. */
async function whyAlive(path: string, holder: Holder, place: string): Promise<string | undefined> {
  if (holder.pid === 0) return undefined;
  if (holder.place === place) {
    const alive = holder.started === (await startOf(holder.pid));
    return alive ? `process ${holder.pid}` : undefined;
  }
  const touched = await stat(path).catch(() => undefined);
  if (touched === undefined) return "";
  const age = Date.now() - touched.mtimeMs;
  return Math.abs(age) > silence
    ? undefined
    : `process ${holder.pid} on another machine or in another container (${holder.place}), last seen ${Math.round(age / 1000)} s ago`;
}

/** When a process started; empty when there is none. */
async function startOf(pid: number): Promise<string> {
  if (process.platform === "linux") {
    try {
      const text = await readFile(`/proc/${pid}/stat`, "utf8");
      // The name in parentheses may hold anything; the start time is the 20th field behind it.
      const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
      return fields[0] === "Z" ? "" : (fields[19] ?? "");
    } catch {
      return "";
    }
  }
  try {
    const { stdout } = await promisify(execFile)("ps", ["-o", "lstart=", "-p", String(pid)]);
    return stdout.trim();
  } catch {
    return "";
  }
}

async function thisPlace(): Promise<string> {
  if (process.platform !== "linux") return hostname();
  const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "");
  const processes = await readlink("/proc/self/ns/pid").catch(() => "");
  return [hostname(), boot.trim(), processes].join(" ");
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "";
}
