import type { Command } from "commander";
import { rubricReference } from "../evaluate/judges/rubric-reference.js";
import type { Terminal } from "./terminal.js";

/** `calibrant rubrics [places...]`. */
export function addRubricsCommand(program: Command, terminal: Terminal): void {
  program
    .command("rubrics")
    .argument("[places...]", "rubric files or folders beside the standard ones")
    .description("print the reference of rubric files and what each rubric judges, as Markdown")
    .action((places: readonly string[]) => {
      terminal.print(rubricReference(places));
    });
}
