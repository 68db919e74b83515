import { expect, it } from "vitest";
import { chatSpan } from "../support/chat-spans.js";
import { withStore } from "../support/store.js";
import { openTestHouse, type TestHouse } from "../support/test-house.js";
import { until } from "../support/until.js";

const traces = 40;

it(
  "two services on one store: the first assembles, both evaluate",
  { timeout: 120_000 },
  async () => {
    await withStore(async (store) => {
      const { client } = store;
      const houseAt = (index: number): Promise<TestHouse> =>
        openTestHouse({
          store,
          processors: { interactions: { settle_after: 200 }, evaluate: { poll: 100 } },
          service: { replicas: { count: 2, index } },
        });
      const second = await houseAt(1);
      await second.house.ready;
      const spans = Array.from({ length: traces }, (_none, index) =>
        chatSpan({ traceId: (index + 1).toString(16).padStart(32, "0"), start: Date.now() }),
      );
      await client.insert("otel.otel_traces", spans);
      const first = await houseAt(0);
      await first.house.ready;

      const answered = async (): Promise<number> => {
        const [row] = await client.query<{ count: string }>(
          `SELECT uniqExact(interaction_id) AS count FROM calibrant.evaluations
         WHERE evaluator = 'refusal'`,
        );
        return Number(row?.count);
      };
      await until("an answer for each interaction", async () => (await answered()) === traces);
      const written = 'calibrant_evaluate_evaluations_total{evaluator="refusal",outcome="scored"}';
      await until("both to be ready", async () => {
        const problems = [await first.problems(), await second.problems()];
        return problems.every((found) => Object.keys(found).length === 0);
      });
      const parts = [await first.metric(written), await second.metric(written)];
      expect(parts.reduce((sum, part) => sum + part)).toBe(traces);
      expect(Math.min(...parts)).toBeGreaterThan(0);

      for (const { house } of [first, second]) await house.close();
      const names = await client.query<{ name: string }>(
        "SELECT DISTINCT name FROM calibrant.cursors WHERE name LIKE 'evaluate%' ORDER BY name",
      );
      expect(names.map(({ name }) => name)).toEqual(["evaluate 1 of 2", "evaluate 2 of 2"]);
    });
  },
);
