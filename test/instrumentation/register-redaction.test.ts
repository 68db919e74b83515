import { writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { expect, it } from "vitest";
import { registeredProcesses, root } from "../support/registered-process.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const { start, spansOf } = await registeredProcesses();

const application = `
  const { withTool } = await import("@calibrant/instrumentation");
  withTool("pay", { card: "4111" }, () => "paid with 4111");
  const answer = await fetch(process.env.MODEL_URL + "/chat/completions", {
    method: "POST",
    body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "4111" }] }),
  });
  console.log((await answer.json()).id);`;

const hook = `function redact(content) {
  return JSON.parse(JSON.stringify(content).replaceAll("4111", "####"));
}`;

/** A module in a folder of its own, as the working directory of the tests names it. */
async function moduleWith(text: string, name: string): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, name), text);
  return relative(root, join(folder, name));
}

it.each([
  ["--import", "hook.mjs", `export ${hook}`],
  ["--require", "hook.cjs", `${hook}\nexports.redact = redact;`],
] as const)("CALIBRANT_GENAI_REDACT names a hook, with %s: %s", async (flag, name, text) => {
  const env = { CALIBRANT_GENAI_REDACT: await moduleWith(text, name) };
  const run = start(application, name, { flags: [flag], env });
  expect(await run.ended).toEqual([0, null]);
  expect(run.output().trim()).toBe("chatcmpl-1");
  expect(run.errors()).toBe("");
  const [tool, call] = spansOf(name);
  expect(tool?.attributes).toMatchObject({
    "gen_ai.tool.call.arguments": '{"card":"####"}',
    "gen_ai.tool.call.result": '"paid with ####"',
  });
  expect(call?.attributes["gen_ai.input.messages"]).toContain("####");
  expect(JSON.stringify(spansOf(name))).not.toContain("4111");
});

it.each([
  ["is not there", "", "cannot be loaded (Error: Cannot find module"],
  ["fails", 'throw new Error("out of order");', "cannot be loaded (Error: out of order)"],
  ["has no hook", "exports.other = 1;", "exports no function named redact"],
])("records nothing where the module %s, and says so in one line", async (what, text, reason) => {
  const named = text === "" ? "./nowhere.cjs" : await moduleWith(text, "hook.cjs");
  const run = start(application, what, { env: { CALIBRANT_GENAI_REDACT: named } });
  expect(await run.ended).toEqual([0, null]);
  expect(run.output().trim()).toBe("chatcmpl-1");
  const lines = run.errors().trim().split("\n");
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(`CALIBRANT_GENAI_REDACT: ${named} ${reason}`);
  expect(lines[0]).toContain("The application runs without telemetry.");
  expect(spansOf(what)).toEqual([]);
});
