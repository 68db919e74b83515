import { readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";

export interface Source {
  readonly path: string;
  readonly text: string;
}

/** `from "./x"`, `import "./x"`, `import("./x")`, `require("./x")`, `new URL("./x", …)`. */
const reference =
  /\b(?:from|import|require|URL)\b[ \t\r\n]*\(?[ \t\r\n]*["'](\.{1,2}\/[^"'\r\n]+)["']/g;
const mostFiles = 500;

/**
 * The file and those that it refers to by relative paths, and those that these refer to. Packages
 * and names that are put together at run time are not followed. What cannot be read is left out.
 */
export function sourcesOf(file: string): Source[] {
  const sources = new Map<string, Source>();
  const waiting = [file];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (sources.has(path) || sources.size >= mostFiles) continue;
    const text = readText(path);
    if (text === undefined) continue;
    sources.set(path, { path, text });
    for (const [, target] of text.matchAll(reference)) {
      if (target !== undefined) waiting.push(resolve(dirname(path), target));
    }
  }
  return [...sources.values()];
}

/** What of the sources decides over verdicts: names relative to the first, and contents. */
export function contentOf(file: string): (readonly [string, string])[] {
  return sourcesOf(file).map(({ path, text }) => [relative(dirname(file), path), text] as const);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
