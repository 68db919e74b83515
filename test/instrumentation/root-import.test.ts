import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { bareApplication } from "../support/bare-application.js";

const use = `const { currentInteraction, GenAiFetchInstrumentation, withInteraction, withTool } = package_;
new GenAiFetchInstrumentation();
console.log(withInteraction({ feature: "f" }, () => withTool("t", {}, () => 7)), currentInteraction());`;

it.each([
  ["module", `import * as package_ from "@calibrant/instrumentation";\n${use}`],
  ["commonjs", `const package_ = require("@calibrant/instrumentation");\n${use}`],
])("the root import, as %s, needs no peer but @opentelemetry/api", async (type, code) => {
  const cwd = await bareApplication(["@opentelemetry/api"]);
  const words = [`--input-type=${type}`, "-e", code];
  const ended = await promisify(execFile)(process.execPath, words, { cwd });
  expect(ended).toEqual({ stdout: "7 undefined\n", stderr: "" });
});
