import type { Block, IntakeTable } from "../model/block.js";
import { CalibrantError } from "../kernel/errors.js";
import type { MemoryPool } from "../kernel/memory-pool.js";
import type { DecodedRequest } from "../model/ports.js";
import type { TableColumns } from "./columns.js";
import type { DecodeConfig } from "./decode-config.js";
import { dayText } from "./timestamp.js";

/** From this size a block is closed and the day goes on in a new one: inserts stay small. */
const blockSize = 8 * 1024 ** 2;
/** Sets of empty columns that are kept for the next request. */
const keptSets = 2;

interface OpenDay<Columns> {
  readonly columns: Columns;
  size: number;
}

/** The columns of one request for one table, by UTC day, and the blocks that they become. */
export class BlockSet<Columns extends TableColumns> {
  readonly #table: IntakeTable;
  readonly #limits: DecodeConfig;
  readonly #create: () => Columns;
  readonly #days = new Map<number, OpenDay<Columns>>();
  readonly #spare: Columns[] = [];
  readonly #memory: MemoryPool;
  #finished: Block[] = [];
  #taken: Buffer[] = [];
  #size = 0;

  constructor(table: IntakeTable, limits: DecodeConfig, memory: MemoryPool, create: () => Columns) {
    this.#table = table;
    this.#limits = limits;
    this.#memory = memory;
    this.#create = create;
  }

  /** Forgets what an earlier request left. */
  clear(): void {
    for (const { columns } of this.#days.values()) this.#keep(columns);
    this.#days.clear();
    this.#finished = [];
    this.#taken = [];
    this.#size = 0;
  }

  /**
   * Columns ready for a row of that day, or undefined when the request has too many days.
   * @throws CalibrantError REQUEST_TOO_LARGE when its rows have become too large
   */
  startRow(day: number): Columns | undefined {
    const open = this.#days.get(day) ?? this.#open(day);
    if (open === undefined) return undefined;
    const size = open.columns.mark();
    this.#size += size - open.size;
    open.size = size;
    if (this.#size > this.#limits.decoded_size) {
      throw new CalibrantError(
        "REQUEST_TOO_LARGE",
        `the request takes more than ${this.#limits.decoded_size} bytes as table rows (limits.decoded_size)`,
      );
    }
    if (size > blockSize) {
      this.#finish(day, open.columns);
      open.columns.reset();
      open.columns.mark();
      open.size = 0;
    }
    return open.columns;
  }

  /** All rows as blocks, in the order of their days, and what gives their memory back. */
  finish(): Pick<DecodedRequest, "blocks" | "release"> {
    const days = [...this.#days].toSorted(([a], [b]) => a - b);
    for (const [day, { columns }] of days) if (columns.rows > 0) this.#finish(day, columns);
    const blocks = this.#finished;
    let taken = this.#taken;
    this.clear();
    const release = (): void => {
      for (const memory of taken) this.#memory.give(memory);
      taken = [];
    };
    return { blocks, release };
  }

  #open(day: number): OpenDay<Columns> | undefined {
    if (this.#days.size >= this.#limits.days_per_request) return undefined;
    const open = { columns: this.#spare.pop() ?? this.#create(), size: 0 };
    this.#days.set(day, open);
    return open;
  }

  #finish(day: number, columns: Columns): void {
    this.#finished.push({
      table: this.#table,
      format: "Native",
      day: dayText(day),
      rows: columns.rows,
      bytes: columns.block((size) => this.#take(size)),
    });
  }

  #take(size: number): Buffer {
    const memory = this.#memory.take(size);
    this.#taken.push(memory);
    return memory;
  }

  #keep(columns: Columns): void {
    if (this.#spare.length >= keptSets) return;
    columns.reset();
    this.#spare.push(columns);
  }
}
