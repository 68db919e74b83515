import { fileURLToPath } from "node:url";
import type { Place } from "./module-messages.js";

/** The line above the message of an error in how modules fit together. */
const heading = /^(file:\/\/.+|\/.+):(\d+)$/;
const frame = /^ {4}at (?:async )?(?:.*? \()?(file:\/\/.+?|\/.+?):(\d+):\d+\)?$/;

/**
 * Where an error of the user's code came about: the first place in its stack that is in a file.
 * @param ours address of the file that called that code; the search ends there
 */
export function placeOf(error: unknown, ours: string): Place | undefined {
  if (!(error instanceof Error) || typeof error.stack !== "string") return undefined;
  for (const [index, line] of error.stack.split("\n", 50).entries()) {
    const found = frame.exec(line.slice(0, 2_000)) ?? (index === 0 ? heading.exec(line) : null);
    const [, file, number] = found ?? [];
    if (file === undefined || file === ours) continue;
    return { path: pathOf(file), line: Number(number) };
  }
  return undefined;
}

function pathOf(file: string): string {
  if (!file.startsWith("file:")) return file;
  const url = new URL(file);
  url.search = "";
  return fileURLToPath(url);
}
