import { join } from "node:path";

/** Where the spool of a data directory lies, and with it the dead letters. */
export function spoolDirectory(dataDirectory: string): string {
  return join(dataDirectory, "spool");
}
