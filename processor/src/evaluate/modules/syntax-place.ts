import { spawnSync } from "node:child_process";
import type { Place } from "./module-messages.js";
import { sourcesOf } from "./module-sources.js";

/** Milliseconds. */
const longestCheck = 10_000;

/**
 * Where a module, or one that it refers to, cannot be read as JavaScript. The engine tells nobody but
 * itself: a check of its own says it.
 */
export function syntaxPlace(file: string): Place | undefined {
  for (const { path, text } of sourcesOf(file)) {
    if (!/\.[mc]?js$/.test(path)) continue;
    const line = checkedLine([path], "") ?? (path.endsWith(".js") ? moduleLine(text) : undefined);
    if (line !== undefined) return { path, line };
  }
  return undefined;
}

/** A name that ends in `.js` does not say what the file is: then the engine checks nothing. */
function moduleLine(text: string): number | undefined {
  return checkedLine(["--input-type=module", "-"], text);
}

/** The line of the first error in JavaScript; undefined when there is none. */
function checkedLine(source: readonly string[], input: string): number | undefined {
  const { status, stderr } = spawnSync(process.execPath, ["--check", ...source], {
    input,
    encoding: "utf8",
    env: {},
    timeout: longestCheck,
  });
  const line = Number(/^.+?:(\d+)$/m.exec(stderr)?.[1]);
  return status !== 0 && line > 0 ? line : undefined;
}
