import { describe, expect, it } from "vitest";
import { killStoreUnderLoad } from "./kill-store.js";

describe("an embedded store whose process is killed under load, for long", () => {
  it("loses and doubles no acknowledged span in 50 kills", { timeout: 30 * 60_000 }, async () => {
    const counts = await killStoreUnderLoad(50, Math.random);
    process.stdout.write(`kills of the store: ${JSON.stringify(counts)}\n`);
    expect(counts).toMatchObject({ kills: 50, lost: 0, doubled: 0, foreign: 0 });
    expect(counts.acknowledged).toBeGreaterThan(500);
  });
});
