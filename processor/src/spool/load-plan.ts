import { createHash } from "node:crypto";
import type { Block, Load } from "../model/block.js";
import { readNativeBlocks, sliceNativeBlock } from "./native-block.js";

/** Blocks of one table, day and format, to be loaded together. */
export interface Part {
  /** The same for the same segment, table, day and place, whatever happens. */
  readonly name: string;
  readonly day: string;
  readonly blocks: readonly Block[];
}

export interface PlanLimits {
  /** Most bytes of a part; a single block may be larger. */
  readonly size: number;
  readonly rows: number;
}

/** Splits the frames of a segment into parts. Depends on nothing but its arguments. */
export function planLoads(
  segment: string,
  frames: readonly (readonly Block[])[],
  limits: PlanLimits,
): Part[] {
  const groups = new Map<string, Block[]>();
  for (const block of frames.flat()) {
    const key = `${segment}-${block.table}-${block.day}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [block]);
    else group.push(block);
  }
  return [...groups].flatMap(([key, blocks]) =>
    cut(blocks, limits).map((piece, index) => ({
      name: `${key}-${index}`,
      day: piece[0]?.day ?? "",
      blocks: piece,
    })),
  );
}

function cut(blocks: readonly Block[], limits: PlanLimits): Block[][] {
  const pieces: Block[][] = [];
  let piece: Block[] = [];
  let size = 0;
  let rows = 0;
  for (const block of blocks) {
    const fits =
      size + block.bytes.length <= limits.size &&
      rows + block.rows <= limits.rows &&
      piece[0]?.format === block.format;
    if (piece.length > 0 && !fits) {
      pieces.push(piece);
      [piece, size, rows] = [[], 0, 0];
    }
    piece.push(block);
    size += block.bytes.length;
    rows += block.rows;
  }
  if (piece.length > 0) pieces.push(piece);
  return pieces;
}

/** One insert for a part. Its token names the place and, by a hash, the content. */
export function loadOf(part: Part): Load {
  const [first] = part.blocks;
  if (first === undefined) throw new RangeError("a part has at least one block");
  const hash = createHash("sha256");
  for (const { bytes } of part.blocks) hash.update(bytes);
  return {
    table: first.table,
    format: first.format,
    rows: part.blocks.reduce((rows, block) => rows + block.rows, 0),
    token: `${part.name}-${hash.digest("hex").slice(0, 32)}`,
    pieces: part.blocks.map(({ bytes }) => bytes),
  };
}

/** Two halves of a part that was refused; undefined when it cannot be cut any more. */
export function halves(part: Part): readonly [Part, Part] | undefined {
  const [first] = part.blocks;
  const units = part.blocks.length === 1 && first !== undefined ? piecesOf(first) : part.blocks;
  if (units.length < 2) return undefined;
  const middle = Math.ceil(units.length / 2);
  return [
    { ...part, name: `${part.name}a`, blocks: units.slice(0, middle) },
    { ...part, name: `${part.name}b`, blocks: units.slice(middle) },
  ];
}

function piecesOf(block: Block): Block[] {
  return block.format === "JSONEachRow" ? lines(block) : nativeHalves(block);
}

/** Each row of a block of lines as a block of its own. */
function lines(block: Block): Block[] {
  const bytes = Buffer.from(block.bytes.buffer, block.bytes.byteOffset, block.bytes.length);
  const blocks: Block[] = [];
  let start = 0;
  while (start < bytes.length) {
    const found = bytes.indexOf(10, start);
    const end = found < 0 ? bytes.length : found + 1;
    if (end - start > 1) blocks.push({ ...block, rows: 1, bytes: bytes.subarray(start, end) });
    start = end;
  }
  return blocks;
}

/** The rows of a Native block in two; the block as it is when its bytes cannot be read. */
function nativeHalves(block: Block): Block[] {
  let natives: ReturnType<typeof readNativeBlocks>;
  try {
    natives = readNativeBlocks(block.bytes);
  } catch (error) {
    if (error instanceof RangeError) return [block];
    throw error;
  }
  const [native] = natives;
  if (natives.length !== 1 || native === undefined || native.rows < 2) return [block];
  const middle = Math.ceil(native.rows / 2);
  return [
    { ...block, rows: middle, bytes: sliceNativeBlock(native, 0, middle) },
    {
      ...block,
      rows: native.rows - middle,
      bytes: sliceNativeBlock(native, middle, native.rows),
    },
  ];
}
