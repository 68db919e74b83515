import type { Clock } from "../kernel/clock.js";
import { CalibrantError, messageOf } from "../kernel/errors.js";
import type { Logger } from "../kernel/logger.js";
import { startWorker, type Worker } from "../kernel/worker.js";
import type { IntakeTable } from "../model/block.js";
import type { LoadSink } from "../model/ports.js";
import type { DeadLetters, StoredLetter } from "./dead-letters.js";
import type { LoaderTelemetry } from "./loader-telemetry.js";

export interface ReplayOptions {
  readonly deadLetters: DeadLetters;
  readonly sink: LoadSink;
  readonly sinkName: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly telemetry: LoaderTelemetry;
}

/** Milliseconds between two looks for letters that are to be replayed. */
const interval = 500;

/**
 * Loads the dead letters that somebody has asked for. The letter's name is the token of its load:
 * it names the content, so that a letter is stored once, however often it is asked for or a crash
 * cuts in. A worker of its own, since a letter that the store cannot take must not hold up others.
 */
export function startReplay(options: ReplayOptions): Worker {
  const { clock, logger } = options;
  return startWorker({
    name: "replay of dead letters",
    clock,
    logger,
    idleDelay: interval,
    round: () => replayNext(options),
  });
}

async function replayNext(options: ReplayOptions): Promise<boolean> {
  const { deadLetters, sinkName, logger } = options;
  const letter = await deadLetters.nextReplay(sinkName);
  if (letter === undefined) return false;
  const refusal = await replay(options, letter);
  if (refusal === undefined) await deadLetters.remove(letter);
  else await deadLetters.refuseReplay(letter, refusal);
  const { id, table, rows } = letter;
  logger.info(
    { letter: id, table, rows, refusal },
    refusal === undefined ? "a dead letter was loaded" : "a dead letter was refused again",
  );
  return true;
}

/** Answers the reason when the letter cannot be loaded as it is; throws when it may be later. */
async function replay(
  { deadLetters, sink, telemetry }: ReplayOptions,
  letter: StoredLetter,
): Promise<string | undefined> {
  if (letter.kind === "bytes") return "damaged bytes cannot be loaded";
  let bytes: Buffer;
  try {
    bytes = await deadLetters.content(letter);
  } catch (error) {
    return `its file cannot be read: ${messageOf(error)}`;
  }
  try {
    await sink.load({
      table: letter.table as IntakeTable,
      format: letter.kind === "native" ? "Native" : "JSONEachRow",
      rows: letter.rows,
      token: letter.name,
      pieces: [bytes],
    });
  } catch (error) {
    if (error instanceof CalibrantError && error.code === "STORE_REFUSED") return error.message;
    throw error;
  }
  telemetry.replayedRows.add(letter.rows, { table: letter.table });
  return undefined;
}
