import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { CalibrantError } from "../kernel/errors.js";
import type { StoreClient } from "./client.js";
import { fillTemplate, statementsOf, type SchemaOptions } from "./migration-template.js";

export interface MigrationOptions extends SchemaOptions {
  readonly client: StoreClient;
  /** Folder of the files `NNNN-name.sql`; the ones of this package unless a test says otherwise. */
  readonly directory?: URL;
}

interface Migration {
  readonly name: string;
  readonly text: string;
  readonly sha256: string;
}

interface AppliedMigration {
  readonly name: string;
  readonly sha256: string;
}

const ownDirectory = new URL("../../sql/", import.meta.url);

/**
 * Brings the schema to this version: runs the files that the store has not seen, in order of their
 * numbers, and records each with its hash. Every statement can be run again, so a crash in the
 * middle of a file is mended by the next run. Answers the names of the files that were run.
 * @throws CalibrantError STORE_MIGRATION when an applied file has another content here, or when
 * the store has one that this version does not know
 */
export async function migrate(options: MigrationOptions): Promise<string[]> {
  const { client, directory = ownDirectory } = options;
  const migrations = await readMigrations(directory);
  for (const statement of statementsOf(fillTemplate(ledger, options))) {
    await client.command(statement);
  }
  const applied = await client.query<AppliedMigration>(
    "SELECT name, any(sha256) AS sha256 FROM calibrant.migrations GROUP BY name ORDER BY name",
  );
  const pending = unapplied(migrations, applied);
  for (const { name, text, sha256 } of pending) {
    for (const statement of statementsOf(fillTemplate(text, options))) {
      await client.command(statement);
    }
    await client.insert("calibrant.migrations", [{ name, sha256 }]);
  }
  return pending.map(({ name }) => name);
}

const ledger = `
CREATE DATABASE IF NOT EXISTS calibrant {{on_cluster}} ENGINE = Atomic;
CREATE TABLE IF NOT EXISTS calibrant.migrations {{on_cluster}} (
  name String,
  sha256 String,
  applied_at DateTime64(3) DEFAULT now64(3)
) ENGINE = {{merge_tree:migrations}}
ORDER BY name
SETTINGS {{durable}};
`;

async function readMigrations(directory: URL): Promise<Migration[]> {
  const names = (await readdir(directory)).filter((name) => /^\d{4}-[a-z0-9-]+\.sql$/.test(name));
  return await Promise.all(
    names.toSorted().map(async (name) => {
      const text = await readFile(new URL(name, directory), "utf8");
      return { name, text, sha256: createHash("sha256").update(text).digest("hex") };
    }),
  );
}

function unapplied(
  migrations: readonly Migration[],
  applied: readonly AppliedMigration[],
): Migration[] {
  const own = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const { name, sha256 } of applied) {
    const migration = own.get(name);
    if (migration === undefined) {
      throw new CalibrantError(
        "STORE_MIGRATION",
        `the store has the migration ${name}, which this version does not know: run the version that made it, or a newer one`,
      );
    }
    if (migration.sha256 !== sha256) {
      throw new CalibrantError(
        "STORE_MIGRATION",
        `the migration ${name} was applied with another content: migrations are never changed, only added`,
      );
    }
  }
  const done = new Set(applied.map(({ name }) => name));
  return migrations.filter(({ name }) => !done.has(name));
}
