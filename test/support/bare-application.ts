import { cp, mkdir, realpath, symlink } from "node:fs/promises";
import { join } from "node:path";
import { root } from "./registered-process.js";
import { temporaryFolder } from "./temporary-folder.js";

/**
 * A folder of an application that has installed `@calibrant/instrumentation`, what that depends
 * on, and these packages, and nothing else; removed when the test has finished.
 */
export async function bareApplication(packages: readonly string[]): Promise<string> {
  const folder = await realpath(await temporaryFolder());
  const modules = join(folder, "node_modules");
  await mkdir(join(modules, "@opentelemetry"), { recursive: true });
  await mkdir(join(modules, "@calibrant"));
  await cp(join(root, "instrumentation"), join(modules, "@calibrant/instrumentation"), {
    recursive: true,
  });
  for (const name of [...packages, "@opentelemetry/instrumentation"]) {
    await symlink(await realpath(join(root, "node_modules", name)), join(modules, name));
  }
  return folder;
}
