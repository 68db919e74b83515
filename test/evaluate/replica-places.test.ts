import { describe, expect, it } from "vitest";
import { placeName, startingPlace } from "#processor/evaluate/ledger/replica-places.js";

const places = (of: Record<string, number>) => new Map(Object.entries(of));

describe("the place where a replica goes on", () => {
  it.each([
    ["nothing was saved", {}, 0],
    ["one service worked before", { evaluate: 50 }, 50],
    ["it was there before", { evaluate: 50, "evaluate 1 of 2": 70 }, 70],
    [
      "three were there before: the one furthest behind counts",
      { evaluate: 50, "evaluate 1 of 3": 90, "evaluate 2 of 3": 60, "evaluate 3 of 3": 80 },
      60,
    ],
    [
      "one of three never saved a place: what held before them counts",
      { evaluate: 50, "evaluate 1 of 3": 90, "evaluate 2 of 3": 60 },
      50,
    ],
    [
      "an old arrangement comes back",
      { "evaluate 1 of 2": 20, "evaluate 2 of 2": 10, evaluate: 90 },
      90,
    ],
    ["places of other walks", { "evaluate nothing": 90, "evaluate 1 of x": 90 }, 0],
  ])("when %s", (_when, saved, expected) => {
    expect(startingPlace(places(saved), { count: 2, index: 0 })).toBe(expected);
  });

  it("has the name that it always had where there is one service", () => {
    expect(placeName({ count: 1, index: 0 })).toBe("evaluate");
    expect(placeName({ count: 3, index: 1 })).toBe("evaluate 2 of 3");
  });
});
