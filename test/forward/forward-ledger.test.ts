import { cp, readdir, rm } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { createForwardLedger } from "#processor/store/forward-ledger.js";
import { migrate } from "#processor/store/migrations.js";
import { withStore } from "../support/store.js";
import { storedEvaluation } from "../support/stored-evaluation.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { until } from "../support/until.js";

const own = new URL("../../processor/sql/", import.meta.url);
const days = { cluster: "", rawDays: 30, ownDays: 400 };

describe("lines from before their time of arrival was stored", () => {
  it("have one from the migration on, and are not news at every look", async () => {
    await withStore(
      async ({ client }) => {
        const folder = await temporaryFolder();
        await cp(own, folder, { recursive: true });
        for (const name of await readdir(folder)) {
          if (name >= "0009") await rm(`${folder}/${name}`);
        }
        await migrate({ client, ...days, directory: pathToFileURL(`${folder}/`) });
        const {
          panel: _panel,
          model: _model,
          subject: _subject,
          material: _material,
          ...line
        } = storedEvaluation(1) as Record<string, unknown>;
        await client.insert("calibrant.evaluations", [line]);
        await migrate({ client, ...days });
        const ledger = createForwardLedger(client);
        const start = await ledger.now();
        await until("a later time", async () => (await ledger.now()) > start + 1);
        const seen = async (since: number): Promise<number> =>
          (await ledger.unforwarded("stream", since, ["scored"], 10)).entries.length;
        expect(await seen(0)).toBe(1);
        expect(await seen(start + 1)).toBe(0);
      },
      { migrated: false },
    );
  });
});
