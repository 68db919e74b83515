import { describe, expect, it } from "vitest";
import { killUnderLoad } from "./kill-service.js";

describe("a service that is killed under load", () => {
  it("loses and doubles no acknowledged span in 5 kills", { timeout: 300_000 }, async () => {
    const counts = await killUnderLoad(5, Math.random);
    process.stdout.write(`kills under load: ${JSON.stringify(counts)}\n`);
    expect(counts).toMatchObject({ kills: 5, lost: 0, doubled: 0, foreign: 0 });
    expect(counts.acknowledged).toBeGreaterThan(250);
  });
});
