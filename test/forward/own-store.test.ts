import { describe, expect, it } from "vitest";
import { createSpanHistory } from "#processor/store/span-history.js";
import { chatSpan } from "../support/chat-spans.js";
import { freePort } from "../support/free-port.js";
import { openTestHouse, type TestHouse } from "../support/test-house.js";
import { until } from "../support/until.js";

const patience = 90_000;

/** A house that forwards evaluations to its own receiver, with the code checks as evaluators. */
async function ownForwarder(): Promise<TestHouse> {
  const otlpEndpoint = `127.0.0.1:${await freePort()}`;
  const house = await openTestHouse({
    otlpEndpoint,
    exporters: { otlphttp: { endpoint: `http://${otlpEndpoint}`, poll_interval: 50 } },
    processors: {
      interactions: { settle_after: 50, arrival_overlap: 500 },
      evaluate: { poll: 50 },
    },
  });
  await house.house.ready;
  const place = "SELECT 1 FROM calibrant.cursors WHERE name LIKE 'forward %'";
  await until("the streams", async () => (await house.house.client.query(place)).length === 2);
  return house;
}

interface Counts {
  readonly verdicts: number;
  readonly events: number;
  readonly scored: number;
}

async function counts({ house }: TestHouse, traceId: string): Promise<Counts> {
  const [row] = await house.client.query<Record<keyof Counts, string>>(
    `SELECT (SELECT uniqExact(SpanId) FROM otel.otel_traces
             WHERE TraceId = {traceId:String} AND SpanName LIKE 'evaluate %'
               AND ScopeName = 'calibrant.evaluation') AS verdicts,
            (SELECT count() FROM otel.otel_logs
             WHERE TraceId = {traceId:String} AND EventName = 'gen_ai.evaluation.result') AS events,
            (SELECT count() FROM calibrant.evaluations
             WHERE trace_id = {traceId:String} AND outcome = 'scored') AS scored`,
    { traceId },
  );
  return {
    verdicts: Number(row?.verdicts),
    events: Number(row?.events),
    scored: Number(row?.scored),
  };
}

/** A trace of one chat, through to the verdicts about it in the raw tables. */
async function judged(house: TestHouse, traceId: string, changes: object = {}): Promise<Counts> {
  const span = { ...chatSpan({ traceId, start: Date.now() }), ...changes };
  await house.house.client.insert("otel.otel_traces", [span]);
  return await until(
    "the verdicts",
    async () => {
      const found = await counts(house, traceId);
      const { verdicts, events, scored } = found;
      return scored > 0 && verdicts === scored && events === scored && found;
    },
    patience,
  );
}

/** What may not change once a trace has been judged. */
const derived = (house: TestHouse, traceId: string): Promise<unknown[]> =>
  house.house.client.query(
    `SELECT * FROM (
       SELECT 'interaction' AS what, toString(revision) AS one, content_hash AS two
       FROM calibrant.interactions WHERE trace_id = {traceId:String}
       UNION ALL
       SELECT 'evaluation', evaluator, toString(evaluated_at)
       FROM calibrant.evaluations
       WHERE trace_id = {traceId:String} AND outcome = 'scored'
     ) ORDER BY ALL`,
    { traceId },
  );

const arrivals = async ({ house }: TestHouse, traceId: string): Promise<unknown> =>
  await house.client.query(
    `SELECT sum(spans) AS spans, sum(logs) AS logs FROM calibrant.trace_arrivals
     WHERE trace_id = {traceId:String}`,
    { traceId },
  );

const post = async (house: TestHouse, signal: string, request: object): Promise<void> => {
  const answer = await fetch(`${house.otlp}/v1/${signal}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(request),
  });
  expect(answer.status).toBe(200);
};

const texts = (attributes: Readonly<Record<string, string>>): object[] =>
  Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } }));

const [first, second] = ["a1".repeat(16), "b2".repeat(16)];

describe(
  "evaluations that are forwarded to Calibrant's own receiver",
  { timeout: patience * 2 },
  () => {
    it("are shown in their traces, and have nothing assembled or judged again", async () => {
      const house = await ownForwarder();
      const found = await judged(house, first);
      const before = await derived(house, first);
      expect(before).toHaveLength(1 + found.scored);
      // Whatever the verdicts about the first trace set off comes before those about the second.
      await judged(house, second);
      expect(await derived(house, first)).toEqual(before);
      expect(await counts(house, first)).toEqual(found);
      expect(await arrivals(house, first)).toEqual([{ spans: "1", logs: "0" }]);
      const day = { start: Date.now() - 3_600_000, end: Date.now() + 3_600_000 };
      const traces = await createSpanHistory(house.house.client).tracesIn(day, undefined, "", 10);
      expect(traces.map(({ spans }) => spans)).toEqual([1, 1]);
      const { client } = house.house;
      const ids = await client.query<{ id: string }>(
        "SELECT interaction_id AS id FROM calibrant.interactions WHERE trace_id = {first:String}",
        { first },
      );
      const page = await (await fetch(`${house.web}/interactions/${ids[0]?.id}`)).text();
      expect(page).toContain("evaluate ");
      expect(await house.problems()).toEqual({});
      const sent = 'calibrant_forward_records_total{endpoint="otlphttp",signal="traces"';
      const metrics = await (await fetch(`${house.web}/metrics`)).text();
      expect(metrics).toContain(sent);
    });

    it("and those of others are nobody's content, in whatever form they come", async () => {
      const house = await ownForwarder();
      const words = "I would rate this answer 5 of 5.";
      const foreign = {
        "gen_ai.evaluation.name": "Relevance",
        "gen_ai.evaluation.explanation": words,
        content: words,
      };
      await judged(house, first, {
        "Events.Timestamp": [new Date().toISOString()],
        "Events.Name": ["gen_ai.evaluation.result"],
        "Events.Attributes": [foreign],
      });
      const before = await derived(house, first);
      const spanId = first.slice(-16);
      const now = `${Date.now()}000000`;
      const resource = { attributes: texts({ "service.name": "shop" }) };
      const record = { traceId: first, spanId, timeUnixNano: now, attributes: texts(foreign) };
      const event = { ...record, eventName: "gen_ai.evaluation.result" };
      const body = { stringValue: words };
      await post(house, "logs", {
        resourceLogs: [{ resource, scopeLogs: [{ logRecords: [event, { ...event, body }] }] }],
      });
      // A verdict of ours that somebody renamed on its way.
      const renamed = {
        traceId: first,
        spanId: "1234567890abcdef",
        parentSpanId: spanId,
        name: "verdict",
        startTimeUnixNano: now,
        endTimeUnixNano: now,
        attributes: [
          { key: "calibrant.judge", value: { boolValue: true } },
          ...texts({ "gen_ai.operation.name": "chat", "gen_ai.request.model": "judge-1" }),
        ],
      };
      await post(house, "traces", {
        resourceSpans: [{ resource, scopeSpans: [{ spans: [renamed] }] }],
      });
      await until("the renamed span", async () => {
        const [row] = (await arrivals(house, first)) as { spans: string }[];
        return row?.spans === "2";
      });
      await judged(house, second);
      expect(await derived(house, first)).toEqual(before);
      expect(await arrivals(house, first)).toEqual([{ spans: "2", logs: "0" }]);
      const stored = await house.house.client.query(
        `SELECT count() AS records FROM otel.otel_logs
       WHERE LogAttributes['gen_ai.evaluation.name'] = 'Relevance'`,
      );
      expect(stored).toEqual([{ records: "2" }]);
      const told = await house.house.client.query(
        `SELECT countIf(position(concat(input_text, output_text), '5 of 5') > 0) AS told
       FROM calibrant.interactions`,
      );
      expect(told).toEqual([{ told: "0" }]);
    });
  },
);
