import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseConfig } from "#processor/config.js";
import { evaluateBody, ownModule } from "../support/own-module.js";

function faultsOf(module: string, settings: object = {}): string {
  const evaluators = { mine: { module, ...settings } };
  try {
    parseConfig(JSON.stringify({ processors: { evaluate: { evaluators } } }), {});
  } catch (error) {
    return (error as Error).message.split("\n").slice(1).join("\n");
  }
  return "";
}

const at = "processors.evaluate.evaluators.mine";

describe("a module that cannot be used", () => {
  it("is refused at start with its path, file and line", async () => {
    const good = evaluateBody("return { score: 1 };");
    const examples: [string, string, string | RegExp][] = [
      [
        "mine.mjs",
        "export default {\n  evaluate() {\n};\n",
        "3: SyntaxError: Unexpected token ';'",
      ],
      ["mine.mjs", '\nthrow new TypeError("no dictionary");', "2: TypeError: no dictionary"],
      ["mine.mjs", 'import { x } from "./gone.mjs";', /1: Cannot find module .*gone\.mjs/],
      [
        "mine.mjs",
        'const a = 1;\nimport { x } from "node:path";',
        "2: SyntaxError: The requested module 'node:path' does not provide an export named 'x'",
      ],
      ["mine.mjs", "const a = 1;\nexport default { judge() {} };", /2: has no function evaluate/],
      ["mine.mjs", "export const evaluate = () => 1;", /1: has no function evaluate/],
      [
        "mine.mjs",
        good.replace("{\n", "{\n  applies: true,\n"),
        /1: has its applies is no function/,
      ],
      [
        "mine.mjs",
        'queueMicrotask(() => { throw new Error("at once"); });\nawait new Promise(() => {});',
        "ended its thread while it was loaded",
      ],
      ["mine.mjs", "process.exit(0);", "ended its thread while it was loaded"],
      ["mine.mjs", "await new Promise(() => {});", "ended its thread while it was loaded"],
    ];
    for (const [name, text, message] of examples) {
      const file = await ownModule([name, text]);
      const fault = faultsOf(file);
      expect(fault).toContain(`${at}.module (line 1): ${file}:`);
      expect(fault.replace(`${at}.module (line 1): ${file}:`, "").trim()).toMatch(message);
    }
    const odd = await ownModule(["m (1) b.js", "export default {\n  evaluate() {\n};\n"]);
    expect(faultsOf(odd)).toContain(`${odd}:3: SyntaxError: Unexpected token ';'`);
    const thrown = await ownModule(["m (1) b.mjs", "const a = 1;\nthrow a.b.c;"]);
    expect(faultsOf(thrown)).toContain(`${thrown}:2: TypeError: Cannot read`);
    const broken = await ownModule(
      ["mine.mjs", `import "./part.mjs";\n${good}`],
      ["part.mjs", "const a = 1;\nconst b = ;"],
    );
    expect(faultsOf(broken)).toContain(`${join(dirname(broken), "part.mjs")}:2: SyntaxError`);
  });

  it("is refused when there is no such file, whatever else is wrong", () => {
    const settings = { rubric: "relevance", model: "default", when: { filter: "x" } };
    expect(faultsOf("./gone.mjs", settings).split("\n")).toEqual([
      expect.stringContaining(`${at}.when.filter (line 1): column 1: there is no field "x"`),
      `${at}.rubric (line 1): a module has none; it belongs to a judge`,
      `${at}.model (line 1): a module has none; it belongs to a judge`,
      expect.stringMatching(/mine\.module \(line 1\): ENOENT: .*gone\.mjs/),
    ]);
  });

  it("is not looked at while its evaluator, or the room, is switched off", () => {
    expect(faultsOf("./gone.mjs", { enabled: false })).toBe("");
    const evaluators = { mine: { module: "./gone.mjs" } };
    const config = { processors: { evaluate: { enabled: false, evaluators } } };
    expect(() => parseConfig(JSON.stringify(config), {})).not.toThrow();
  });

  it("is refused in settings that mean nothing", async () => {
    const module = await ownModule(["mine.mjs", evaluateBody("return { score: 1 };")]);
    const evaluators = {
      refusal: { module },
      relevance: { module },
      repetition: { timeout: "1s", memory: "64MiB", threads: 2 },
      mine: { module },
    };
    const config = JSON.stringify({ processors: { evaluate: { evaluators } } });
    const where = "processors.evaluate.evaluators.";
    expect(() => parseConfig(config, {})).toThrow(
      expect.objectContaining({
        message: [
          "the configuration has 5 faults:",
          `${where}refusal (line 1): there is an evaluator "refusal" already; give yours another name`,
          `${where}relevance (line 1): there is an evaluator "relevance" already; give yours another name`,
          `${where}repetition.timeout (line 1): a check has none; it belongs to a module`,
          `${where}repetition.memory (line 1): a check has none; it belongs to a module`,
          `${where}repetition.threads (line 1): a check has none; it belongs to a module`,
        ].join("\n"),
      }) as Error,
    );
    expect(faultsOf(module, { timeout: "11m" })).toContain("expected 1ms to 10m");
    expect(faultsOf(module, { memory: "1MiB" })).toContain("expected at least 16MiB");
  });

  const readsTypeScript = "typescript" in process.features && process.features.typescript;
  it("is refused as TypeScript where Node does not read that, and taken where it does", async () => {
    const file = await ownModule([
      "mine.ts",
      "export default { evaluate: (): { score: number } => ({ score: 1 }) };",
    ]);
    const remedy = `${at}.module (line 1): ${file}: Node ${process.version} does not read TypeScript: use Node 22.18 or newer, or compile the module to JavaScript`;
    expect(faultsOf(file)).toBe(readsTypeScript ? "" : remedy);
  });
});
