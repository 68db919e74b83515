import { describe, expect, it } from "vitest";
import { testSink, testSpool } from "../support/open-spool.js";
import { idsOf } from "../support/spool-blocks.js";
import { startSpoolProcess } from "../support/spool-process.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const kills = 15;

describe("a spool whose process is killed", () => {
  it(`keeps every acknowledged append whole and once over ${kills} SIGKILLs`, async () => {
    const directory = await temporaryFolder();
    const acknowledged: string[] = [];
    for (let round = 0; round < kills; round++) {
      const writer = startSpoolProcess(directory, `r${round}`);
      await writer.acknowledges(1 + ((round * 37) % 120));
      acknowledged.push(...(await writer.kill()));
    }

    const spool = await testSpool(directory);
    const segments = await spool.closedSegments(testSink);
    const frames = (await Promise.all(segments.map((segment) => spool.read(segment)))).flat();
    const found = idsOf(frames.flat());
    expect(new Set(found).size).toBe(found.length);
    const missing = acknowledged.filter((id) => !found.includes(id));
    expect(missing).toEqual([]);
    for (const frame of frames) {
      const [first, second] = idsOf(frame);
      expect(second).toBe(`${first}.second`);
    }
    process.stdout.write(
      `${kills} SIGKILLs: ${acknowledged.length} appends acknowledged, ${missing.length} lost, ${found.length - new Set(found).size} doubled, ${found.length / 2 - acknowledged.length} kept unacknowledged, ${segments.length} segments\n`,
    );
  });
});
