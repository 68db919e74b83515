#!/usr/bin/env node
import { CommanderError } from "commander";
import { createProgram } from "./commands/program.js";
import { exitCodes, processTerminal } from "./commands/terminal.js";
import { CalibrantError, messageOf } from "./kernel/errors.js";

try {
  await createProgram(processTerminal).parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
  if (!(error instanceof CommanderError)) processTerminal.note(explain(error));
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (!(error instanceof CalibrantError)) return exitCodes.failed;
  if (error.code === "CONFIG_INVALID") return exitCodes.configInvalid;
  if (error.code === "DEAD_LETTER_UNKNOWN") return exitCodes.usage;
  return error.code === "SPOOL_LOCKED" || error.code === "PORT_IN_USE"
    ? exitCodes.busy
    : exitCodes.failed;
}

function explain(error: unknown): string {
  if (error instanceof CalibrantError) return `calibrant: ${error.message} [${error.code}]`;
  return `calibrant: ${error instanceof Error ? (error.stack ?? error.message) : messageOf(error)}`;
}
