import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createLogger } from "#processor/kernel/logger.js";
import { evaluationBench, filled, modelAt, queued } from "../support/evaluation.js";
import { memoryLedger } from "../support/memory-ledger.js";
import { steps, type Step } from "../support/scripted-model.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { until } from "../support/until.js";

const bench = evaluationBench();
afterEach(() => bench.end());

const login = Buffer.from('user name:pa"ss@word').toString("base64");
const secrets = [
  "sk-the-key",
  "gateway-secret",
  "tenant-token",
  'pa"ss@word',
  "pa%22ss%40word",
  "user name",
  login,
  "query-secret",
];

/** A proxy that says back all that it was sent, as it came and in JSON. */
const echo =
  (status: number): Step =>
  async (request, response) => {
    const { headers, path } = request;
    const said = `${path} ${JSON.stringify(headers)} ${secrets.join(" ")}`;
    await steps.status(status, { message: said })(request, response);
  };

describe("the secrets of a model", () => {
  it.each([401, 403, 404, 429, 500])(
    "stay out of the ledger, the log and causes after a %i that repeats them",
    async (status) => {
      const file = join(await temporaryFolder(), "log");
      const descriptor = openSync(file, "w");
      bench.cleanUp(async () => closeSync(descriptor));
      const model = await bench.model(echo(status));
      const address = new URL(model.url);
      address.username = "user name";
      address.password = 'pa"ss@word';
      address.search = "?code=query-secret";
      const settings = {
        api_key: "sk-the-key",
        headers: { "x-gateway": "gateway-secret", "x-tenant": "Bearer tenant-token" },
        circuit: { failures: 2, cool_down: 60_000 },
      };
      const ledger = memoryLedger(queued(3));
      const config = {
        ...modelAt(address.href, settings),
        evaluators: { groundedness: { enabled: false } },
      };
      bench.start(ledger, config, { logger: createLogger("debug", descriptor) });
      await filled(ledger, 10);
      const log = (): string => readFileSync(file, "utf8");
      if (status !== 404) {
        // A 403 without a reason opens the circuit after the second text, the others do sooner.
        await until("the log to tell why calls are kept back", () => log().includes("kept back"));
      }
      const written = log() + JSON.stringify(ledger.lines);
      expect(written).toMatch(/\[key\].*\[secret\]/);
      for (const secret of secrets) expect(written).not.toContain(secret);
    },
  );
});
