import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { rubricReference } from "#processor/evaluate/judges/rubric-reference.js";

const page = readFileSync(new URL("../../docs/rubrics.md", import.meta.url), "utf8");

describe("docs/rubrics.md", () => {
  it("is what `npm run -s calibrant -- rubrics` prints", () => {
    expect(page).toBe(`${rubricReference([])}\n`);
  });

  it("explains every field and every part", () => {
    const rows = [...page.matchAll(/^\| `(\w+)` \| (.+?) \| (.*?) \| (.*) \|$/gm)];
    expect(rows.length).toBeGreaterThan(20);
    expect(rows.filter(([, , , , meaning]) => meaning === "")).toEqual([]);
  });
});
