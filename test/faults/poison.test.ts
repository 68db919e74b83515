import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { runCommand } from "../support/run-command.js";
import { withStore } from "../support/store.js";
import { openTestHouse } from "../support/test-house.js";
import { until } from "../support/until.js";

const rows = 10_000;

/** One request, one of whose spans breaks a constraint of the table. */
function request(): string {
  const now = String(BigInt(Date.now()) * 1_000_000n);
  const traceId = randomBytes(16).toString("hex");
  const spans = Array.from({ length: rows }, (_, index) => ({
    traceId,
    spanId: randomBytes(8).toString("hex"),
    name: index === 6_131 ? "poison" : "sound",
    startTimeUnixNano: now,
    endTimeUnixNano: now,
    attributes: [{ key: "index", value: { intValue: String(index) } }],
  }));
  return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
}

describe("one row that the store refuses among 10,000", { timeout: 120_000 }, () => {
  it("is the only one that is not stored, and is stored once when it is replayed", () =>
    withStore(async (store) => {
      await store.client.command(
        "ALTER TABLE otel.otel_traces ADD CONSTRAINT sound CHECK SpanName != 'poison'",
      );
      const { otlp, metric, dataDirectory } = await openTestHouse({ store });
      const answer = await fetch(`${otlp}/v1/traces`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: request(),
      });
      expect(answer.status).toBe(200);
      const counted = (): Promise<{ n: number; different: number }[]> =>
        store.client.query(
          "SELECT toUInt32(count()) AS n, toUInt32(uniqExact(SpanId)) AS different FROM otel.otel_traces",
        );
      const letters = (): Promise<number> => metric("calibrant_spool_dead_letters");
      await until("the dead letter", async () => (await letters()) === 1);
      await until("the rest to be loaded", async () => {
        return (await metric("calibrant_spool_segments")) === 0;
      });
      expect(await counted()).toEqual([{ n: rows - 1, different: rows - 1 }]);
      expect(await metric("calibrant_spool_dead_letter_rows")).toBe(1);
      expect(
        await metric('calibrant_spool_dead_lettered_rows_total{table="otel.otel_traces"}'),
      ).toBe(1);

      const command = (...words: readonly string[]): ReturnType<typeof runCommand> =>
        runCommand("dead-letters", ...words, "--data-dir", dataDirectory);
      const [letter] = JSON.parse((await command("list", "--json")).output) as {
        id: string;
        reason: string;
      }[];
      expect(letter?.reason).toContain("VIOLATED_CONSTRAINT");
      const shown = await command("show", letter?.id ?? "");
      expect(JSON.parse(shown.output)).toMatchObject({
        SpanName: "poison",
        SpanAttributes: { index: "6131" },
      });
      expect(await command("replay", "--all")).toMatchObject({ code: 1 });

      await store.client.command("ALTER TABLE otel.otel_traces DROP CONSTRAINT sound");
      expect(await command("replay", "--all")).toMatchObject({
        code: 0,
        output: "1 loaded, 0 refused again\n",
      });
      expect(await counted()).toEqual([{ n: rows, different: rows }]);
      process.stdout.write(
        `one poison row: ${rows - 1} stored, 1 dead letter, ${rows} stored after its replay\n`,
      );
    }));
});
