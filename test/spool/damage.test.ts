import { appendFile, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { firstFormatFrame, firstFormatSegment } from "../support/first-format.js";
import { testSpool } from "../support/open-spool.js";
import { recordMetrics } from "../support/recorded-metrics.js";
import { feedbackBlock, nativeBlock } from "../support/spool-blocks.js";
import {
  flipped,
  headerSize,
  idsIn,
  prepareSegments,
  segmentFiles,
  withSeconds,
} from "../support/spool-segments.js";
import { temporaryFolder } from "../support/temporary-folder.js";

/** What a sender may write into an attribute: whole frames of both formats. */
async function planted(): Promise<Buffer> {
  const other = await prepareSegments(["planted"]);
  return Buffer.concat([
    other.bytes,
    firstFormatFrame([feedbackBlock("planted")]),
    other.bytes.subarray(headerSize),
  ]);
}

describe("a damaged segment", () => {
  const ids = ["a", "b", "c"];

  it("loses only the frame around a flipped bit and keeps its bytes as a dead letter", async () => {
    const { directory, file, bytes, ends } = await prepareSegments(ids);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: headerSize, max: bytes.length - 1 }),
        fc.nat(7),
        async (at, bit) => {
          const damaged = flipped(bytes, at, bit);
          await writeFile(file, damaged);
          const metrics = recordMetrics();
          const spool = await testSpool(directory, { meter: metrics.meter });
          const hit = ends.findIndex((end) => at < end);
          expect(await idsIn(spool)).toEqual([
            "old",
            ...withSeconds(ids.filter((_, index) => index !== hit)),
          ]);
          const start = hit === 0 ? headerSize : (ends[hit - 1] ?? 0);
          const end = ends[hit] ?? 0;
          expect(await metrics.value("calibrant.spool.damaged_bytes")).toBe(end - start);
          const letters = join(directory, "dead-letters");
          const letter = (await readdir(letters)).find((name) => name.endsWith(`-${start}.bytes`));
          expect(await readFile(join(letters, letter ?? ""))).toEqual(damaged.subarray(start, end));
          await spool.close();
        },
      ),
      { numRuns: 60 },
    );
  });

  it("keeps what other bytes have been written over as a dead letter, wherever they are", async () => {
    const { directory, file, bytes, ends } = await prepareSegments(ids);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(bytes.length - 1),
        fc.uint8Array({ minLength: 1, maxLength: bytes.length }),
        async (at, written) => {
          const content = Buffer.from(bytes);
          content.set(written.subarray(0, bytes.length - at), at);
          await writeFile(file, content);
          const spool = await testSpool(directory);
          const found = await idsIn(spool);
          expect(found[0]).toBe("old");
          const letters = await spool.deadLetters.list();
          await spool.close();
          await rm(join(directory, "dead-letters"), { recursive: true, force: true });
          const kept = Buffer.alloc(bytes.length, content);
          for (const letter of letters) {
            const start = Number(letter.name.slice(letter.name.lastIndexOf("-") + 1));
            kept.fill(0, start, start + letter.bytes);
          }
          for (const [index, id] of ids.entries()) {
            if (found.includes(id)) continue;
            const frame = kept.subarray(index === 0 ? headerSize : ends[index - 1], ends[index]);
            expect(frame.equals(Buffer.alloc(frame.length))).toBe(true);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("loses nothing by a flipped bit in the header of a segment", async () => {
    const { directory, file } = await prepareSegments(ids);
    const [oldest = ""] = await segmentFiles(directory);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(oldest, file),
        fc.nat(headerSize - 1),
        fc.nat(7),
        async (path, at, bit) => {
          const bytes = await readFile(path);
          await writeFile(path, flipped(bytes, at, bit));
          const spool = await testSpool(directory);
          expect(await idsIn(spool)).toEqual(["old", ...withSeconds(ids)]);
          await spool.close();
          await writeFile(path, bytes);
        },
      ),
      { numRuns: 60 },
    );
    expect(await readdir(directory)).not.toContain("dead-letters");
  });

  it("keeps as a dead letter what may have been acknowledged, when the header is gone", async () => {
    const { directory, file, bytes } = await prepareSegments(ids);
    const damaged = Buffer.from(bytes).fill(0, 0, headerSize);
    await writeFile(file, damaged);
    const spool = await testSpool(directory);
    expect(await idsIn(spool)).toEqual(["old"]);
    const [letter, ...others] = await spool.deadLetters.list();
    expect(others).toEqual([]);
    expect(await spool.deadLetters.content(letter as NonNullable<typeof letter>)).toEqual(damaged);
  });

  it("is not cut by a note of its end that is damaged, too", async () => {
    const { directory, file } = await prepareSegments(ids);
    const note = file.replace(/segment$/, "cut");
    await writeFile(note, `${headerSize} 12345\n`);
    const spool = await testSpool(directory);
    expect(await idsIn(spool)).toEqual(["old", ...withSeconds(ids)]);
  });

  it("keeps garbage that is as long as a frame, at the end of the newest segment", async () => {
    const { directory, file } = await prepareSegments(ids);
    await appendFile(file, "garbage".repeat(10));
    const spool = await testSpool(directory);
    expect(await idsIn(spool)).toEqual(["old", ...withSeconds(ids)]);
    expect(await spool.deadLetters.list()).toMatchObject([{ bytes: 70, kind: "bytes" }]);
  });

  it("sets aside a frame that is damaged between the start and the load", async () => {
    const directory = await temporaryFolder();
    const metrics = recordMetrics();
    const spool = await testSpool(directory, { meter: metrics.meter });
    for (const id of ids) await spool.append([feedbackBlock(id)]);
    await spool.seal();
    const [file = ""] = await segmentFiles(directory);
    const bytes = await readFile(file);
    await writeFile(file, flipped(bytes, bytes.indexOf('"b"'), 3));
    for (let turn = 0; turn < 2; turn++) expect(await idsIn(spool)).toEqual(["a", "c"]);
    const [letter, ...others] = await spool.deadLetters.list();
    expect(others).toEqual([]);
    expect(letter?.bytes).toBeGreaterThan(0);
    expect(await metrics.value("calibrant.spool.damaged_bytes")).toBe(letter?.bytes);
  });

  it("takes nothing for a frame that a sender has written into one", async () => {
    const { directory, file } = await prepareSegments(ids);
    const writer = await testSpool(directory);
    await writer.append([nativeBlock(await planted())]);
    await writer.append([feedbackBlock("behind")]);
    await writer.close();
    const bytes = await readFile((await segmentFiles(directory)).at(-1) ?? file);
    const newest = (await segmentFiles(directory)).at(-1) ?? "";
    const damages = [
      bytes.subarray(0, -200),
      ...Array.from({ length: 60 }, (_, at) => flipped(bytes, headerSize + at, at % 8)),
    ];
    for (const damaged of damages) {
      await writeFile(newest, damaged);
      const spool = await testSpool(directory);
      const found = await idsIn(spool);
      expect(found.filter((id) => id.startsWith("planted"))).toEqual([]);
      expect(found.slice(0, 7)).toEqual(["old", ...withSeconds(ids)]);
      await spool.close();
    }
  });

  it("reads segments of the first format, and takes nothing in them for a frame that a sender wrote", async () => {
    const directory = await temporaryFolder();
    const path = join(directory, "0000000000000007.segment");
    const frames = [
      [feedbackBlock("a")],
      [nativeBlock(await planted())],
      [feedbackBlock("b"), feedbackBlock("c")],
    ];
    const bytes = firstFormatSegment(frames);
    const second = 16 + firstFormatFrame(frames[0] ?? []).length;
    const third = second + firstFormatFrame(frames[1] ?? []).length;
    const cases: [Buffer, string[], number[]][] = [
      [bytes, ["a", "b", "c"], []],
      [flipped(bytes, 9, 3), ["a", "b", "c"], []],
      [flipped(bytes, 2, 0), ["a", "b", "c"], []],
      [flipped(bytes, second + 60, 0), ["a", "b", "c"], [third - second]],
      [flipped(bytes, second + 4, 0), ["a", "b", "c"], [third - second]],
      [flipped(bytes, second + 1, 0), ["a"], [bytes.length - second]],
      [bytes.subarray(0, third - 10), ["a"], [third - 10 - second]],
      [flipped(bytes, bytes.length - 1, 0), ["a"], [bytes.length - third]],
      [Buffer.concat([bytes, Buffer.alloc(500)]), ["a", "b", "c"], []],
    ];
    for (const [content, expected, letters] of cases) {
      await writeFile(path, content);
      const spool = await testSpool(directory);
      const found = await idsIn(spool);
      expect(found.filter((id) => !id.startsWith("planted"))).toEqual(expected);
      const sizes = (await spool.deadLetters.list()).map((letter) => letter.bytes);
      expect(sizes).toEqual(letters);
      for (const letter of await spool.deadLetters.list()) await spool.deadLetters.remove(letter);
      await spool.close();
      await rm(join(directory, "dead-letters"), { recursive: true, force: true });
    }
  });

  it("finds the next frame soon, whatever a sender has written into the damaged one", async () => {
    const { directory, file } = await prepareSegments(ids);
    const hostile = Buffer.alloc(12 * 300_000);
    for (let at = 0; at < hostile.length; at += 12) {
      hostile.writeUInt32LE(1_500_000, at);
      hostile.writeUInt16LE(1, at + 8);
    }
    const writer = await testSpool(directory);
    await writer.append([nativeBlock(hostile)]);
    await writer.append([feedbackBlock("behind")]);
    await writer.close();
    const newest = (await segmentFiles(directory)).at(-1) ?? file;
    const bytes = await readFile(newest);
    await writeFile(newest, flipped(bytes, headerSize + 1, 0));
    const spool = await testSpool(directory);
    expect(await idsIn(spool)).toEqual(["old", ...withSeconds(ids), "behind"]);
  });

  it("does not bring back damaged bytes that somebody has dropped", async () => {
    const { directory } = await prepareSegments(ids);
    const [oldest] = await segmentFiles(directory);
    await appendFile(oldest ?? "", "garbage");
    const before = await testSpool(directory);
    const letters = await before.deadLetters.list();
    expect(letters).toMatchObject([{ kind: "bytes", bytes: 7 }]);
    for (const letter of letters) await before.deadLetters.remove(letter);
    await before.close();
    const after = await testSpool(directory);
    expect(await after.deadLetters.list()).toEqual([]);
    expect(await idsIn(after)).toEqual(["old", ...withSeconds(ids)]);
  });
});
