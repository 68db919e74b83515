import { describe, expect, it } from "vitest";
import {
  excerpt,
  formatCost,
  formatCount,
  formatDuration,
  formatTime,
} from "#processor/serve/pages/format.js";

describe("figures on the pages", () => {
  it.each([
    [0, "0 ms"],
    [0.2, "0.20 ms"],
    [840.4, "840 ms"],
    [999.6, "1.00 s"],
    [1_240, "1.24 s"],
    [59_949, "59.95 s"],
    [59_950, "1 min 0 s"],
    [185_000, "3 min 5 s"],
  ])("formats %d ms as %s", (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  it.each([
    [null, "price unknown"],
    [0, "$0"],
    [0.000_000_1, "< $0.000001"],
    [0.000_094, "$0.000094"],
    [0.004_12, "$0.0041"],
    [1.5, "$1.50"],
    [1_234.5, "$1234.50"],
  ])("formats a cost of %s as %s", (dollars, text) => {
    expect(formatCost(dollars)).toBe(text);
  });

  it("groups thousands", () => {
    expect([0, 999, 1_204, 12_345_678].map(formatCount)).toEqual([
      "0",
      "999",
      "1,204",
      "12,345,678",
    ]);
  });

  it("writes times in UTC", () => {
    expect(formatTime(Date.UTC(2026, 4, 9, 7, 30, 5))).toBe("9 May 07:30:05");
  });

  it("cuts between symbols", () => {
    expect(excerpt("  a\n\nb  ", 10)).toBe("a b");
    expect(excerpt("🙂🙂🙂", 2)).toBe("🙂🙂…");
  });
});
