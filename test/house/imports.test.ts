import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const source = join(root, "processor/src");

/** Packages that only the named rooms (or files at the root of `src`) may import. */
const reserved: Readonly<Record<string, readonly string[]>> = {
  "@clickhouse/client": ["store"],
  chdb: ["embedded"],
  "@grpc/grpc-js": ["receive"],
  protobufjs: [],
  openai: ["evaluate", "demo"],
  hono: ["serve"],
  "@hono/node-server": ["serve"],
  "@opentelemetry/exporter-prometheus": ["serve"],
  "@opentelemetry/sdk-metrics": ["serve"],
  "@opentelemetry/resources": ["serve"],
  "@opentelemetry/sdk-node": ["demo"],
  "@opentelemetry/exporter-trace-otlp-http": ["demo"],
  "@calibrant/instrumentation": ["demo"],
  commander: ["main.ts", "commands"],
  "cli-progress": ["commands", "demo"],
  "cli-table3": ["commands", "demo"],
  pino: ["kernel"],
  re2js: ["redact", "evaluate"],
  ajv: ["evaluate"],
  eld: ["evaluate"],
  obscenity: ["evaluate"],
};

/** The files at the root of `src` that join the rooms, and what they may look into. */
const joiners = new Set(["main.ts", "house.ts", "walks.ts", "config.ts", "commands"]);

interface Import {
  readonly file: string;
  readonly specifier: string;
}

function filesUnder(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(directory, name));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, "utf8");
  const pattern =
    /(?:^|\n)\s*(?:import|export)\s(?:[^"';]*?\sfrom\s)?["']([^"']+)["']|import\(\s*["']([^"']+)["']\s*\)|new URL\(\s*["'](\.[^"']+\.js)["']/g;
  return [...text.matchAll(pattern)].map((match) => ({
    file,
    specifier: match[1] ?? match[2] ?? match[3] ?? "",
  }));
}

/** The room of a file: its first folder under `src`, or its own name at the root. */
function roomOf(file: string): string {
  return relative(source, file).split("/")[0] ?? "";
}

function packageOf(specifier: string): string {
  const parts = specifier.split("/");
  return specifier.startsWith("@") ? parts.slice(0, 2).join("/") : (parts[0] ?? "");
}

const files = filesUnder(source);
const imports = files.flatMap(importsOf);

describe("import directions of the processor", () => {
  it("sees the files and their imports", () => {
    expect(files.length).toBeGreaterThan(50);
    expect(new Set(imports.map(({ file }) => file)).size).toBeGreaterThan(files.length * 0.6);
    const withImportLine = files.filter((file) => /^import /m.test(readFileSync(file, "utf8")));
    expect(withImportLine.filter((file) => !imports.some((found) => found.file === file))).toEqual(
      [],
    );
  });

  it("lets a room import itself, the model and the kernel only", () => {
    const strangers = imports
      .filter(({ specifier }) => specifier.startsWith("."))
      .map(({ file, specifier }) => ({ file, target: resolve(dirname(file), specifier) }))
      .filter(({ target }) => target.startsWith(source))
      .filter(({ file, target }) => {
        const from = roomOf(file);
        const to = roomOf(target.replace(/\.js$/, ".ts"));
        if (joiners.has(from) || from === to) return false;
        if (from === "model") return true;
        if (from === "kernel") return to !== "model";
        return to !== "model" && to !== "kernel";
      })
      .map(({ file, target }) => `${relative(source, file)} -> ${relative(source, target)}`);
    expect(strangers).toEqual([]);
  });

  it("keeps each reserved package in its room", () => {
    const strangers = imports
      .filter(({ specifier }) => !specifier.startsWith(".") && !specifier.startsWith("node:"))
      .filter(({ file, specifier }) => {
        const rooms = reserved[packageOf(specifier)];
        return rooms !== undefined && !rooms.includes(roomOf(file));
      })
      .map(({ file, specifier }) => `${relative(source, file)} -> ${specifier}`);
    expect(strangers).toEqual([]);
  });

  it("keeps zod to configuration and to doors that validate what comes from outside", () => {
    const allowed =
      /-config\.ts$|^config\.ts$|^kernel\/config-values\.ts$|^feedback\/|^evaluate\/judges\/rubrics\.ts$/;
    const strangers = imports
      .filter(({ specifier }) => packageOf(specifier) === "zod")
      .map(({ file }) => relative(source, file))
      .filter((file) => !allowed.test(file));
    expect(strangers).toEqual([]);
  });

  it("reads the environment in config.ts alone, beside what starts a process and hands it on", () => {
    const handsOn = new Set(["embedded/supervisor.ts", "demo/shop-process.ts"]);
    const readers = files
      .filter((file) => /process\.env/.test(readFileSync(file, "utf8")))
      .map((file) => relative(source, file))
      .filter((file) => file !== "config.ts" && !handsOn.has(file));
    expect(readers).toEqual([]);
  });
});
