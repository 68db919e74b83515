import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { errorCodes } from "#processor/kernel/errors.js";

const page = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");

describe("docs/errors.md", () => {
  it("lists every error code, in order, with the meaning that the code gives", () => {
    const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| (.*?) \|/gm)].map((row) => [row[1], row[2]]);
    expect(rows).toEqual(Object.entries(errorCodes));
  });
});
