import { text } from "node:stream/consumers";
import type { Command } from "commander";
import { createKey, hashOfKey } from "../admission/key-hash.js";
import { parseConfig } from "../config.js";
import { CalibrantError } from "../kernel/errors.js";
import type { Terminal } from "./terminal.js";

interface CreateOptions {
  readonly name: string;
  readonly scope: readonly string[];
  readonly json?: true;
}

/** Fewer characters could be tried one after another. */
const shortestKey = 24;

/** `calibrant keys create|hash`. */
export function addKeysCommands(program: Command, terminal: Terminal): void {
  const keys = program.command("keys").description("API keys for the configuration file");

  keys
    .command("create")
    .requiredOption("--name <name>", "what the key is called in metrics and answers")
    .requiredOption(
      "--scope <scope...>",
      "ingest, feedback, read, review or admin; may be given more than once",
    )
    .option("--json", "print the result as JSON")
    .description("make a key; it is printed once and stored nowhere")
    .action(({ name, scope: scopes, json }: CreateOptions) => {
      const key = createKey();
      const entry = { name, hash: hashOfKey(key), scopes };
      const fault = faultOf(entry);
      if (fault !== undefined) keys.error(`error: ${fault}`);
      if (json) {
        terminal.print(JSON.stringify({ key, ...entry }));
        return;
      }
      terminal.note("The key, for the client; it is not shown again:");
      terminal.print(key);
      terminal.note("The line for extensions.keys in the configuration file:");
      terminal.print(`- { name: ${name}, hash: "${entry.hash}", scopes: [${scopes.join(", ")}] }`);
    });

  keys
    .command("hash")
    .option("--json", "print the result as JSON")
    .description("read a key from standard input and print its hash for extensions.keys")
    .action(async ({ json }: { json?: true }) => {
      const key = (await text(process.stdin)).trim();
      if (key.length < shortestKey || /\s/.test(key)) {
        keys.error(
          `error: a key has at least ${shortestKey} characters and no spaces; \`calibrant keys create\` makes one`,
        );
      }
      const hash = hashOfKey(key);
      terminal.print(json ? JSON.stringify({ hash }) : hash);
    });
}

/** What keeps the configuration from taking the entry. */
function faultOf(entry: unknown): string | undefined {
  try {
    parseConfig(JSON.stringify({ extensions: { keys: [entry] } }), {});
    return undefined;
  } catch (error) {
    if (error instanceof CalibrantError) return error.message.split("\n").slice(1).join("; ");
    throw error;
  }
}
