import { describe, expect, it } from "vitest";
import { withStore } from "../support/store.js";
import { outage } from "./outage.js";

describe("a store that is away for ten minutes", () => {
  it("gets every acknowledged span once", () =>
    withStore(async (store) => {
      const counts = await outage(store, 10 * 60_000, { segment_age: "1s" });
      process.stdout.write(`an outage of ten minutes: ${JSON.stringify(counts)}\n`);
      expect(counts).toMatchObject({ lost: 0, doubled: 0, foreign: 0 });
    }));
});
