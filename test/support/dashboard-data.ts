/** Hours of traffic that the statements write, up to their `now`. */
export const dashboardHours = 6;

const count = 3000;

/** A number in [0, 1) that depends on the row and the salt only. */
const draw = (salt: string): string => `cityHash64(number, '${salt}') / 18446744073709551616`;

const traffic = (now: number): string => `
  SELECT
    number,
    lower(hex(MD5(concat('dashboard ', toString(number))))) AS trace_id,
    substring(trace_id, 1, 16) AS span_id,
    concat(trace_id, '-', span_id) AS interaction_id,
    fromUnixTimestamp64Milli(toInt64(${now} - ${dashboardHours} * 3600000 + (number + ${draw("moment")}) * ${dashboardHours} * 3600000 / ${count})) AS started_at,
    if(${draw("service")} < 0.8, 'shop-assistant', 'docs-helper') AS service_name,
    ${draw("feature")} AS of_feature,
    multiIf(
      service_name = 'docs-helper', 'answers',
      of_feature < 0.4, 'product-search', of_feature < 0.7, 'order-status', 'refunds'
    ) AS feature,
    number < ${count} * 0.55 AS before_release,
    multiIf(service_name = 'docs-helper', '1.8.2', before_release, '2.3.0', '2.4.0') AS release,
    feature = 'refunds' AND release = '2.4.0' AS worse,
    ${draw("error")} < if(worse, 0.03, 0.008) AS failing,
    if(${draw("day")} < 0.93, 'production', 'staging') AS environment,
    feature != 'order-status' AS retrieving
  FROM numbers(${count})`;

const texts = `
    transform(feature,
      ['product-search', 'order-status', 'refunds', 'answers'],
      ['Which of your tents fits four people and stays dry in heavy rain?', 'Where is my parcel? The order number is 48213.', 'I sent the shoes back ten days ago. When do I get my money?', 'How do I rotate the signing key of a webhook?'], '') AS input_text,
    multiIf(
      failing, '',
      worse AND ${draw("answer")} < 0.7, 'You will get the money within 24 hours, and a voucher of 20 euros on top.',
      transform(feature,
        ['product-search', 'order-status', 'refunds', 'answers'],
        ['The Fjell 4 sleeps four and has a water column of 5,000 mm.', 'It left our warehouse yesterday and should reach you on Thursday.', 'Refunds take up to 14 days after the parcel has reached us.', 'Open Settings, choose Webhooks, and press Rotate key.'], '')) AS output_text`;

/** How good an answer is, by what the evaluator looks for: the probability of a pass. */
const passes = `multiIf(
      evaluator = 'groundedness', if(worse, 0.3, 0.91),
      evaluator = 'relevance', if(worse, 0.82, 0.94),
      evaluator = 'refusal', 0.985, evaluator = 'repetition', 0.99, 0.997)`;

const evaluations = (now: number): string => `
  SELECT
    started_at + toIntervalSecond(5 + 20 * ${draw("delay")}) AS evaluated_at,
    interaction_id, trace_id, span_id, service_name, evaluator,
    concat(evaluator, '-1') AS evaluator_version,
    if(evaluator IN ('relevance', 'groundedness'), 'llm', 'code') AS kind,
    cityHash64(number, evaluator, 'draw') / 18446744073709551616 AS lot,
    if(kind = 'llm' AND NOT failing, 0.6, 1) AS probability,
    multiIf(
      failing AND kind = 'llm', 'skipped',
      evaluator = 'groundedness' AND NOT retrieving, 'skipped',
      lot >= probability, 'sampled_out',
      kind = 'llm' AND started_at BETWEEN fromUnixTimestamp64Milli(${now} - 5400000) AND fromUnixTimestamp64Milli(${now} - 4500000), 'over_budget',
      kind = 'llm' AND lot < 0.012, 'failed',
      'scored') AS outcome,
    multiIf(
      outcome = 'sampled_out', 'not drawn', outcome = 'over_budget', 'budget of the day spent',
      outcome = 'failed', 'judge timed out', outcome = 'skipped', 'no documents or no answer', '') AS reason,
    cityHash64(number, evaluator, 'verdict') / 18446744073709551616 < ${passes} AS passed,
    if(outcome = 'scored', toFloat64(passed), NULL) AS score,
    multiIf(outcome != 'scored', '', passed, 'pass', 'fail') AS label,
    multiIf(
      outcome != 'scored' OR kind = 'code', '',
      passed, 'The answer keeps to what was asked and to the documents.',
      evaluator = 'relevance', 'The answer does not say what the user asked for.',
      worse, 'The documents promise neither a refund within 24 hours nor a voucher.',
      'The documents do not say this.') AS explanation,
    if(kind = 'llm' AND outcome IN ('scored', 'failed'), 0.0009 + 0.0004 * lot, NULL) AS cost_usd
  FROM (${traffic(now)})
  ARRAY JOIN ['relevance', 'groundedness', 'empty-answer', 'refusal', 'repetition'] AS evaluator`;

/**
 * Statements that fill a store with six hours of two services' traffic, the same for the same
 * `now` (milliseconds). With release 2.4.0 the feature "refunds" gets worse. Judged answers are a
 * sample of 60%; a budget ran out for a quarter of an hour; judges fail sometimes.
 */
export function dashboardData(now: number): readonly string[] {
  return [
    `INSERT INTO calibrant.interactions (
      interaction_id, trace_id, span_id, service_name, environment, release, feature, user_id,
      session_id, started_at, duration_ms, status, error_type, operation, provider, request_model,
      response_model, input_text, output_text, input_tokens, output_tokens, cost_usd, model_calls,
      retrievals, complete, dialect, arrived_at, revision, content_hash)
    SELECT
      interaction_id, trace_id, span_id, service_name, environment, release, feature,
      concat('user-', toString(cityHash64(number) % 240)),
      concat('session-', toString(intDiv(number, 3))),
      started_at,
      900 + 700 * -log(1 - ${draw("duration")}) + if(worse, 900, 0),
      if(failing, 'error', 'ok'), if(failing, 'timeout', ''),
      'chat', 'openai', 'gpt-4o-mini', 'gpt-4o-mini-2024-07-18', ${texts},
      420, 85, 0.0011 + 0.0006 * ${draw("cost")}, 1, retrieving, true, 'otel',
      started_at + INTERVAL 2 SECOND, 1, repeat('0', 64)
    FROM (${traffic(now)})`,
    `INSERT INTO calibrant.evaluations (
      evaluated_at, interaction_id, trace_id, span_id, service_name, evaluator, evaluator_version,
      kind, outcome, reason, score, label, explanation, probability, cost_usd)
    SELECT
      evaluated_at, interaction_id, trace_id, span_id, service_name, evaluator, evaluator_version,
      kind, outcome, reason, score, label, explanation, probability, cost_usd
    FROM (${evaluations(now)})`,
    `INSERT INTO calibrant.feedback (
      feedback_id, received_at, occurred_at, interaction_id, kind, value, comment, source)
    SELECT
      concat('feedback-', toString(number)),
      started_at + toIntervalSecond(30) AS at, at, interaction_id,
      if(${draw("kind")} < 0.85, 'thumbs', 'comment') AS kind,
      if(kind = 'thumbs', if(${draw("thumb")} < if(worse, 0.35, 0.86), 1, -1), NULL),
      if(kind = 'comment', 'That is not what the mail said.', ''),
      'api'
    FROM (${traffic(now)})
    WHERE ${draw("feedback")} < 0.12`,
  ];
}
