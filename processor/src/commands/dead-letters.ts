import { existsSync } from "node:fs";
import Table from "cli-table3";
import type { Command } from "commander";
import { loadConfig } from "../config.js";
import { systemClock } from "../kernel/clock.js";
import { CalibrantError } from "../kernel/errors.js";
import { DeadLetters, type StoredLetter } from "../spool/dead-letters.js";
import { holderOf } from "../spool/directory-lock.js";
import { systemFiles } from "../spool/files.js";
import { spoolDirectory } from "../spool/spool-directory.js";
import { letterRows } from "../spool/letter-rows.js";
import { awaitReplay } from "./await-replay.js";
import type { Terminal } from "./terminal.js";

interface PlaceOptions {
  readonly config?: string;
  readonly dataDir?: string;
  readonly json?: true;
}

interface ReplayOptions extends PlaceOptions {
  readonly all?: true;
  readonly wait: boolean;
}

interface DropOptions extends PlaceOptions {
  readonly all?: true;
  readonly yes?: true;
}

/** `calibrant dead-letters list|show|replay|drop`: rows that the store refused. */
export function addDeadLettersCommands(program: Command, terminal: Terminal): void {
  const commands = program
    .command("dead-letters")
    .description("look at rows that the store refused, replay or drop them");

  placed(commands.command("list"))
    .option("--json", "print JSON")
    .description("list the dead letters, oldest first")
    .action(async (options: PlaceOptions) => {
      const letters = await open(options).letters.list();
      terminal.print(options.json ? JSON.stringify(letters, null, 2) : renderList(letters));
    });

  placed(commands.command("show"))
    .argument("<letter>", "id or name of a dead letter")
    .option("--json", "print JSON")
    .description("print why a letter was refused, and its rows as JSON")
    .action(async (wanted: string, options: PlaceOptions) => {
      const { letters } = open(options);
      const [letter] = pick(await letters.list(), [wanted]);
      if (letter === undefined) return;
      const rows = letterRows(letter.kind, await letters.content(letter));
      if (options.json) terminal.print(JSON.stringify({ ...letter, content: rows }, null, 2));
      else {
        terminal.note(`${describe(letter)}\n${letter.reason}`);
        for (const row of rows) terminal.print(JSON.stringify(row));
      }
    });

  placed(commands.command("replay"))
    .argument("[letters...]", "ids or names of dead letters")
    .option("--all", "replay every letter that can be")
    .option("--no-wait", "leave it to the service and do not wait until it is done")
    .description("let the service load letters again, each exactly once")
    .action((wanted: readonly string[], options: ReplayOptions) =>
      replay(wanted, options, terminal),
    );

  placed(commands.command("drop"))
    .argument("[letters...]", "ids or names of dead letters")
    .option("--all", "drop every letter (with --yes)")
    .option("--yes", "do not ask")
    .description("delete letters for good")
    .action(async (wanted: readonly string[], options: DropOptions) => {
      if (options.all && !options.yes) {
        throw unknown("--all deletes every dead letter for good: say so with --yes");
      }
      const { letters } = open(options);
      const chosen = choose(await letters.list(), wanted, options.all);
      for (const letter of chosen) await letters.remove(letter);
      terminal.print(`dropped ${total(chosen)}`);
    });
}

function placed(command: Command): Command {
  return command
    .option("--config <file>", "configuration file of the service (YAML)")
    .option("--data-dir <folder>", "data folder of the service");
}

function open(options: PlaceOptions): {
  readonly directory: string;
  readonly letters: DeadLetters;
} {
  const directory = spoolDirectory(options.dataDir ?? loadConfig(options.config).service.data_dir);
  if (!existsSync(directory)) {
    throw unknown(
      `there is no spool at ${directory}: name the service's data folder with --data-dir, or its configuration with --config`,
    );
  }
  return { directory, letters: new DeadLetters(directory, systemFiles, systemClock) };
}

async function replay(
  wanted: readonly string[],
  options: ReplayOptions,
  terminal: Terminal,
): Promise<void> {
  const { directory, letters } = open(options);
  const listed = await letters.list();
  const sound = options.all ? listed.filter(({ kind }) => kind !== "bytes") : listed;
  const chosen = choose(sound, wanted, options.all);
  const damaged = chosen.find(({ kind }) => kind === "bytes");
  if (damaged !== undefined) {
    throw unknown(
      `${damaged.id} holds damaged bytes and no rows, which cannot be replayed: look at it with "dead-letters show", then drop it`,
    );
  }
  for (const letter of chosen) await letters.requestReplay(letter);
  const holder = (): Promise<string | undefined> => holderOf(directory);
  if ((await holder()) === undefined) {
    terminal.print(`${total(chosen)} will be loaded when the service starts on this data folder`);
    return;
  }
  if (!options.wait) {
    terminal.print(`the running service loads ${total(chosen)}`);
    return;
  }
  await awaitReplay({ letters, chosen, holder, terminal, clock: systemClock });
}

function choose(
  letters: readonly StoredLetter[],
  wanted: readonly string[],
  all: true | undefined,
): readonly StoredLetter[] {
  if (all) return letters;
  if (wanted.length === 0) throw unknown("name at least one dead letter, or say --all");
  return pick(letters, wanted);
}

function pick(letters: readonly StoredLetter[], wanted: readonly string[]): StoredLetter[] {
  return wanted.map((given) => {
    const found = letters.find(({ id, name }) => id === given || name === given);
    if (found === undefined) {
      throw unknown(
        `there is no dead letter ${given}; "calibrant dead-letters list" shows those there are`,
      );
    }
    return found;
  });
}

function unknown(message: string): CalibrantError {
  return new CalibrantError("DEAD_LETTER_UNKNOWN", message);
}

function renderList(letters: readonly StoredLetter[]): string {
  if (letters.length === 0) return "no dead letters";
  const table = new Table({
    head: ["id", "when", "table", "rows", "bytes", "reason"],
    colAligns: ["left", "left", "left", "right", "right", "left"],
    style: { head: [], border: [], compact: true },
  });
  for (const letter of letters) {
    table.push([
      letter.id,
      letter.writtenAt.slice(0, 19),
      letter.table === "" ? "(damaged)" : letter.table,
      String(letter.rows),
      String(letter.bytes),
      shortened(letter.replay ? `to be replayed; ${letter.reason}` : letter.reason),
    ]);
  }
  return `${table.toString()}\n${total(letters)}`;
}

const reasonWidth = 60;

function shortened(reason: string): string {
  const line = reason.replace(/\s+/g, " ");
  return line.length > reasonWidth ? `${line.slice(0, reasonWidth - 1)}…` : line;
}

function describe(letter: StoredLetter): string {
  const { id, name, table, rows, bytes, writtenAt } = letter;
  return `${id} (${name}), ${writtenAt}: ${rows} rows, ${bytes} bytes ${table === "" ? "of a damaged segment" : `for ${table}`}`;
}

function total(letters: readonly StoredLetter[]): string {
  const rows = letters.reduce((sum, letter) => sum + letter.rows, 0);
  const bytes = letters.reduce((sum, letter) => sum + letter.bytes, 0);
  return `${letters.length} dead letters (${rows} rows, ${bytes} bytes)`;
}
