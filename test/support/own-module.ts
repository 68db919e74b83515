import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "./temporary-folder.js";

/** Writes files of a user's evaluator into a folder of the running test. Answers the path of the first. */
export async function ownModule(...files: [name: string, text: string][]): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, text] of files) await writeFile(join(folder, name), text);
  return join(folder, files[0]?.[0] ?? "");
}

/** A module whose `evaluate` has this body; it is given `interaction` and `options`. */
export function evaluateBody(body: string): string {
  return `export default {\n  async evaluate(interaction, options) {\n    ${body}\n  },\n};\n`;
}
