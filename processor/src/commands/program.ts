import { Command } from "commander";
import { addBackfillCommand } from "./backfill.js";
import { addConfigCommands } from "./config.js";
import { addDeadLettersCommands } from "./dead-letters.js";
import { addDemoCommand } from "./demo.js";
import { addJudgeCommands } from "./judge.js";
import { addRubricsCommand } from "./rubrics.js";
import { addEvaluatorsCommand } from "./evaluators.js";
import { addServeCommand } from "./serve.js";
import { addKeysCommands } from "./keys.js";
import type { Terminal } from "./terminal.js";
import { version } from "./version.js";

/** The `calibrant` command. Errors are thrown for `main.ts` to explain. */
export function createProgram(terminal: Terminal): Command {
  const program = new Command("calibrant")
    .description("Quality monitoring for GenAI applications in production")
    .version(version)
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.note(text.trimEnd()),
    });
  addServeCommand(program, terminal);
  addDemoCommand(program, terminal);
  addConfigCommands(program, terminal);
  addRubricsCommand(program, terminal);
  addKeysCommands(program, terminal);
  addDeadLettersCommands(program, terminal);
  addBackfillCommand(program, terminal);
  addJudgeCommands(program, terminal);
  addEvaluatorsCommand(program, terminal);
  return program;
}
