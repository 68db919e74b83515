import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Spool } from "#processor/spool/spool.js";
import { testSink, testSpool } from "./open-spool.js";
import { feedbackBlock, idsOf } from "./spool-blocks.js";
import { temporaryFolder } from "./temporary-folder.js";

export const headerSize = 80;

export async function segmentFiles(directory: string): Promise<string[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(".segment"));
  return names.toSorted().map((name) => join(directory, name));
}

export async function idsIn(spool: Spool): Promise<string[]> {
  const segments = await spool.closedSegments(testSink);
  const frames = await Promise.all(segments.map((segment) => spool.read(segment)));
  return idsOf(frames.flat(2));
}

export interface PreparedSegments {
  readonly directory: string;
  /** The newest segment. */
  readonly file: string;
  readonly bytes: Buffer;
  /** Where each frame of it ends. */
  readonly ends: readonly number[];
}

/** A folder with a closed segment (id "old") and a newest one with a frame for each id. */
export async function prepareSegments(ids: readonly string[]): Promise<PreparedSegments> {
  const directory = await temporaryFolder();
  const spool = await testSpool(directory);
  await spool.append([feedbackBlock("old")]);
  await spool.seal();
  const ends: number[] = [];
  let end = headerSize;
  for (const id of ids) {
    await spool.append([feedbackBlock(id), feedbackBlock(`${id}-second`)]);
    end = spool.state().bytes - ((await spool.closedSegments(testSink))[0]?.size ?? 0);
    ends.push(end);
  }
  await spool.close();
  const file = (await segmentFiles(directory)).at(-1) ?? "";
  return { directory, file, bytes: await readFile(file), ends };
}

export function flipped(bytes: Buffer, at: number, bit: number): Buffer {
  const damaged = Buffer.from(bytes);
  damaged.writeUInt8(damaged.readUInt8(at) ^ (1 << bit), at);
  return damaged;
}

export function withSeconds(ids: readonly string[]): string[] {
  return ids.flatMap((id) => [id, `${id}-second`]);
}
