-- What became of the interactions of a day, by evaluator: each is counted once, by its newest line.
-- By their place in the queue, `lacking` have no line although the evaluator has answered for later
-- ones, and `waiting` come after the last that it answered for. interactions = scored + failed + sampled_out + over_budget + skipped
-- + not_eligible + lacking + waiting. Those before the first that it answered for do not count.
-- An evaluator of conversations answers once for each that has come to rest: it has no `lacking` and
-- no `waiting`, nor has one that others have gone on without for two days: it was removed or renamed.
-- `cost_usd` and `unknown_cost` are of all lines, since what was judged twice was paid for twice.
-- It reads everything that is kept. To bound it in time, filter the tables behind it with the setting
-- `additional_table_filters` (docs/budgets.md): no condition on `day` reaches the ledger.
CREATE VIEW IF NOT EXISTS calibrant.v_evaluator_coverage {{on_cluster}} AS
SELECT
  toDate(pair.started) AS day,
  pair.service AS service_name,
  pair.name AS evaluator,
  count() AS interactions,
  countIf(answer.outcome != '' AND NOT answer.not_eligible) AS eligible,
  countIf(answer.outcome = 'scored') AS scored,
  countIf(answer.outcome = 'failed') AS failed,
  countIf(answer.outcome = 'sampled_out') AS sampled_out,
  countIf(answer.outcome = 'over_budget') AS over_budget,
  countIf(answer.outcome = 'skipped' AND NOT answer.not_eligible) AS skipped,
  countIf(answer.not_eligible) AS not_eligible,
  countIf(answer.outcome = '' AND pair.revised <= pair.last_answered) AS lacking,
  countIf(answer.outcome = '' AND pair.revised > pair.last_answered) AS waiting,
  sum(answer.cost) AS cost_usd,
  sum(answer.unknown) AS unknown_cost
FROM (
  SELECT id, started, revised, service, name, subject, current, last_answered, first_answered
  FROM (
    SELECT
      interaction_id AS id,
      max(started_at) AS started,
      min(revised_at) AS revised,
      any(service_name) AS service
    FROM calibrant.interactions
    GROUP BY interaction_id
  ) AS interaction
  CROSS JOIN (
    SELECT
      name,
      subject,
      first_answered,
      last_answered,
      max(last_line) OVER () AS newest,
      NOT arrayExists(
        hour -> hour > last_line + INTERVAL 1 DAY AND hour < newest - INTERVAL 1 DAY,
        groupUniqArrayArray(hours) OVER ()
      ) AS current
    FROM (
      SELECT
        toString(e.evaluator) AS name,
        argMax(toString(e.subject), e.evaluated_at) AS subject,
        min(i.revised_at) AS first_answered,
        max(i.revised_at) AS last_answered,
        max(e.evaluated_at) AS last_line,
        groupUniqArray(toStartOfHour(e.evaluated_at)) AS hours
      FROM calibrant.evaluations AS e
      INNER JOIN calibrant.interactions AS i ON i.interaction_id = e.interaction_id
      WHERE e.kind IN ('llm', 'code')
      GROUP BY e.evaluator
    )
  ) AS evaluators
) AS pair
LEFT JOIN (
  SELECT
    interaction_id AS id,
    toString(evaluator) AS name,
    argMax(toString(e.outcome), (e.evaluated_at, e.written_at)) AS outcome,
    argMax(startsWith(e.reason, 'not eligible: '), (e.evaluated_at, e.written_at)) AS not_eligible,
    ifNull(sum(e.cost_usd), 0) AS cost,
    countIf(e.outcome IN ('scored', 'failed') AND isNull(e.cost_usd)) AS unknown
  FROM calibrant.evaluations AS e
  WHERE kind IN ('llm', 'code')
  GROUP BY interaction_id, evaluator
) AS answer ON answer.id = pair.id AND answer.name = pair.name
WHERE answer.outcome != '' OR (pair.subject = 'interaction' AND pair.current AND pair.revised >= pair.first_answered)
GROUP BY day, service_name, evaluator;
