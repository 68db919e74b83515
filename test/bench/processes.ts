import { readdirSync, readFileSync } from "node:fs";

/** Clock ticks of /proc in a second. */
const ticks = 100;
const pageSize = 4_096;

export interface ProcessUse {
  /** Seconds of both kinds since its start. */
  readonly cpu: number;
  /** Bytes of resident memory. */
  readonly resident: number;
}

/** What a process has used; Linux only. */
export function useOf(pid: number): ProcessUse {
  const fields = statFields(pid);
  return {
    cpu: (Number(fields[11]) + Number(fields[12])) / ticks,
    resident: Number(fields[21]) * pageSize,
  };
}

/** The processes that a process has started. */
export function childrenOf(parent: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return Number(statFields(pid)[1]) === parent;
      } catch {
        // It has ended meanwhile.
        return false;
      }
    });
}

/** Fields of /proc/PID/stat from the state on: the name before it may hold blanks. */
function statFields(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}
