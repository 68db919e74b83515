import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { rubricReference } from "#processor/evaluate/judges/rubric-reference.js";
import { runCommand } from "../support/run-command.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const page = readFileSync(new URL("../../docs/rubrics.md", import.meta.url), "utf8");

const rubric = (score: number): string =>
  `name: tone\nversion: "1"\ntitle: t\ncriterion: c\nrequired: [output_text]\nscale: [{label: a, score: ${score}, meaning: m}, {label: b, score: 0, meaning: m}]\ninstructions: i\n`;

describe("docs/rubrics.md", () => {
  it("is what `npm run -s calibrant -- rubrics` prints", async () => {
    expect(page).toBe(`${rubricReference([])}\n`);
    expect(await runCommand("rubrics")).toMatchObject({ code: 0, output: page });
  });

  it("explains every field and every part", () => {
    const rows = [...page.matchAll(/^\| `(\w+)` \| (.+?) \| (.*?) \| (.*) \|$/gm)];
    expect(rows.length).toBeGreaterThan(20);
    expect(rows.filter(([, , , , meaning]) => meaning === "")).toEqual([]);
  });

  it("is printed with further rubrics, or with the faults of their files", async () => {
    const file = join(await temporaryFolder(), "tone.yaml");
    writeFileSync(file, rubric(1));
    const good = await runCommand("rubrics", file);
    expect(good.output).toContain("### tone\n");
    writeFileSync(file, rubric(2));
    const faulty = await runCommand("rubrics", file);
    expect(faulty.code).toBe(3);
    expect(faulty.notes).toContain("tone.yaml: scale.0.score (line 6)");
  });
});
