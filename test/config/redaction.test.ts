import { describe, expect, it } from "vitest";
import { parseConfig } from "#processor/config.js";
import { messageOf } from "#processor/kernel/errors.js";

function redaction(lines: readonly string[]): unknown {
  const text = ["processors:", "  redaction:", ...lines.map((line) => `    ${line}`)].join("\n");
  return parseConfig(text, {}).processors.redaction;
}

function faults(...lines: readonly string[]): string {
  try {
    redaction(lines);
  } catch (error) {
    return messageOf(error);
  }
  throw new Error("no fault was found");
}

describe("the settings of redaction", () => {
  it("are none by default", () => {
    expect(parseConfig("", {}).processors.redaction).toEqual({
      attributes: { deny: [] },
      patterns: [],
    });
  });

  it("take presets by name beside own patterns", () => {
    const patterns = [
      "email",
      { name: "employee", pattern: "EMP-\\d{6}$", replacement: "someone" },
    ];
    const lines = ["attributes: { allow: ['gen_ai.*'] }", `patterns: ${JSON.stringify(patterns)}`];
    expect(redaction(lines)).toEqual({ attributes: { allow: ["gen_ai.*"], deny: [] }, patterns });
  });

  it.each([
    ["{ name: own, pattern: '(ab' }", /patterns\[0\]\.pattern.*\(line 3\).*RE2 syntax.*\(ab/],
    ["{ name: own, pattern: '(a)\\1' }", /patterns\[0\]\.pattern.*RE2 syntax/],
    ["{ name: own, pattern: 'a*' }", /patterns\[0\]\.pattern.*matches an empty text/],
    ["{ name: own, pattern: a, replacement: '\"' }", /patterns\[0\]\.replacement.*must not have/],
    ["{ name: email, pattern: a }", /patterns\[0\]\.name.*is the name of a preset/],
    ["{ name: 'My Own', pattern: a }", /patterns\[0\]\.name.*expected up to 50/],
    ["{ name: own, pattern: a, replace: b }", /patterns\[0\].*replace/],
    ["e-mail", /patterns\[0\].*expected one of email, phone, card_number/],
    ["jwt, email, jwt", /patterns\[2\].*jwt stands here twice/],
  ])("report the fault of %s with its path", (rule, message) => {
    expect(faults(`patterns: [${rule}]`)).toMatch(message);
  });

  it("refuse to drop service.name and to keep nothing", () => {
    expect(faults("attributes: { deny: [service.name], allow: [] }")).toMatch(
      /redaction\.attributes\.allow.*\n.*redaction\.attributes\.deny.*service\.name is always kept/,
    );
  });
});
