import { describe, expect, it } from "vitest";
import { killStoreUnderLoad } from "./kill-store.js";

describe("an embedded store whose process is killed under load", () => {
  it("loses and doubles no acknowledged span in 5 kills", { timeout: 120_000 }, async () => {
    const counts = await killStoreUnderLoad(5, Math.random);
    process.stdout.write(`kills of the store: ${JSON.stringify(counts)}\n`);
    expect(counts).toMatchObject({ kills: 5, lost: 0, doubled: 0, foreign: 0 });
    expect(counts.acknowledged).toBeGreaterThan(500);
  });
});
