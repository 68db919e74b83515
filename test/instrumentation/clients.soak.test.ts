import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { expectedOf } from "../support/client-expectations.js";
import { buildClients, factsIn, runClients } from "../support/client-runs.js";

/** Fetched when the test runs: each is some 190 MB, too much for everyone's `npm ci`. */
const versions = ["22", "24"] as const;

const run = promisify(execFile);

beforeAll(buildClients, 120_000);

/** The path of that Node, which npm keeps in its cache. */
async function nodeOf(version: string): Promise<string> {
  const name = `node-${process.platform}-${process.arch}@${version}`;
  const words = ["exec", "--yes", `--package=${name}`, "--", "node", "-p", "process.execPath"];
  const { stdout } = await run("npm", words);
  const node = stdout.trim();
  const answer = await run(node, ["--version"]);
  if (!answer.stdout.startsWith(`v${version}.`)) throw new Error(`${node} is ${answer.stdout}`);
  return node;
}

describe.each(versions)("Node %s", (version) => {
  it.each(["--import", "--require"] as const)("runs every client with %s", async (flag) => {
    const node = await nodeOf(version);
    const [plain, watched] = await Promise.all([runClients("plain", node), runClients(flag, node)]);
    expect(watched.results).toEqual(plain.results);
    for (const scenario of Object.keys(plain.results)) {
      expect([scenario, factsIn(watched, scenario)]).toEqual([scenario, expectedOf(scenario)]);
    }
  });
});
