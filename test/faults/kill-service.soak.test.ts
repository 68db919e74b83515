import { describe, expect, it } from "vitest";
import { killUnderLoad } from "./kill-service.js";

describe("a service that is killed under load, for long", () => {
  it("loses and doubles no acknowledged span in 100 kills", async () => {
    const counts = await killUnderLoad(100, Math.random);
    process.stdout.write(`kills under load: ${JSON.stringify(counts)}\n`);
    expect(counts).toMatchObject({ kills: 100, lost: 0, doubled: 0, foreign: 0 });
  });
});
