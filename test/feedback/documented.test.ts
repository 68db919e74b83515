import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { feedbackConfig } from "#processor/feedback/feedback-config.js";
import { errorCodes } from "#processor/kernel/errors.js";
import { feedbackKinds } from "#processor/model/feedback.js";

const page = readFileSync(new URL("../../docs/feedback.md", import.meta.url), "utf8");
const config = feedbackConfig.parse({});

/** The names in the first column of the table with this head. */
function namesOf(head: string): string[] {
  const table = page.slice(page.indexOf(head)).split("\n\n", 1)[0] ?? "";
  return table
    .split("\n")
    .slice(2)
    .flatMap((row) =>
      [...(row.split("|")[1] ?? "").matchAll(/`(\w+)`/g)].map(([, name = ""]) => name),
    );
}

describe("docs/feedback.md", () => {
  it("lists every setting with its default", () => {
    expect(namesOf("| setting under `receivers.feedback` |")).toEqual(Object.keys(config));
    const tokens = namesOf("| setting under `receivers.feedback.tokens` |");
    expect(tokens).toEqual(Object.keys(config.tokens));
    const rates = namesOf("| setting under `receivers.feedback.rates` |");
    expect(rates).toEqual([...Object.keys(config.rates), "address_header"]);
    for (const [name, value] of Object.entries(config.rates)) {
      expect(page).toContain(`| \`${name}\` | ${value} |`);
    }
    expect(config).toMatchObject({
      max_events: 1_000,
      max_comment_size: 8 * 1_024,
      max_clock_skew: 5 * 60_000,
      allowed_origins: [],
      tokens: { secrets: [], required_from_browsers: true },
    });
  });

  it("lists every kind and field, and error codes that exist", () => {
    expect(namesOf("| kind | value |").toSorted()).toEqual(feedbackKinds.toSorted());
    const fields = namesOf("| field | what it is |");
    expect(fields).toContain("idempotency_key");
    const codes = [...page.matchAll(/`([A-Z]+_[A-Z_]+)`/g)].map(([, code = ""]) => code);
    const known = codes.filter((code) => !code.startsWith("CALIBRANT_"));
    expect(known.length).toBeGreaterThan(10);
    for (const code of known) expect(Object.keys(errorCodes)).toContain(code);
  });
});
