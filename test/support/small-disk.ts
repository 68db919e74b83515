import { spawnSync } from "node:child_process";

/** Mounts a file system of that size in memory; answers false where that is not allowed. */
export function mountSmall(path: string, size: string): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  return spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", path]).status === 0;
}
