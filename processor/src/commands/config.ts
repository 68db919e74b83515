import type { Command } from "commander";
import { stringify } from "yaml";
import { configJsonSchema, loadConfig } from "../config.js";
import type { Terminal } from "./terminal.js";

/** `calibrant config check|schema|print`. */
export function addConfigCommands(program: Command, terminal: Terminal): void {
  const config = program.command("config").description("look at a configuration file");

  config
    .command("check")
    .argument("<file>", "configuration file (YAML)")
    .option("--json", "print the result as JSON")
    .description("report every fault of a configuration file with its path")
    .action((file: string, options: { json?: true }) => {
      loadConfig(file);
      terminal.print(options.json ? JSON.stringify({ ok: true, file }) : `${file}: no faults`);
    });

  config
    .command("schema")
    .description("print the JSON Schema of the configuration file, for editors")
    .action(() => {
      terminal.print(JSON.stringify(configJsonSchema(), null, 2));
    });

  config
    .command("print")
    .argument("[file]", "configuration file (YAML)")
    .option("--json", "print JSON instead of YAML")
    .description("print the configuration in effect, defaults filled in and secrets left out")
    .action((file: string | undefined, options: { json?: true }) => {
      const shown = withoutSecrets(loadConfig(file));
      terminal.print(options.json ? JSON.stringify(shown, null, 2) : stringify(shown).trimEnd());
    });
}

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value === "string") return withoutLogin(value);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      /password|api_key|secret|^headers$/.test(key) && !isEmpty(inner)
        ? "[redacted]"
        : withoutSecrets(inner),
    ]),
  );
}

/** An address may hold a login, and a key in its query. */
function withoutLogin(value: string): string {
  if (!/^\s*(?:https?:|[a-z][a-z0-9+.-]*:\/\/)/i.test(value) || !URL.canParse(value)) return value;
  const { protocol, username, password, host, pathname, search } = new URL(value);
  if (username + password + search === "") return value;
  const login = username + password === "" ? "" : "[redacted]@";
  return `${protocol}//${login}${host}${pathname}${search === "" ? "" : "?[redacted]"}`;
}

function isEmpty(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return value === "";
  return Object.keys(value).length === 0;
}
