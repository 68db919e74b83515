import type { Interaction } from "#processor/model/interaction.js";
import type {
  InteractionQueries,
  InteractionSummary,
  RecentOptions,
} from "#processor/model/ports.js";
import { qualityOf } from "#processor/store/interaction-quality.js";
import type { Samples } from "./sample-interactions.js";

const sampleQuality = [
  { part: "groundedness", weight: 0, veto_below: 0.5 },
  { part: "relevance", weight: 2, veto_below: null },
  { part: "refusal", weight: 1, veto_below: null },
];

/** The pages' queries over samples in memory. */
export function sampleQueries(samples: Samples): InteractionQueries {
  const newestFirst = samples.interactions.toSorted((a, b) => b.started_at - a.started_at);
  return {
    recent: (options) =>
      Promise.resolve(
        newestFirst
          .filter((interaction) => matches(interaction, options))
          .slice(0, options.limit)
          .map((interaction) => summaryOf(interaction, samples)),
      ),
    detail: (id) => {
      const interaction = newestFirst.find((candidate) => candidate.interaction_id === id);
      if (interaction === undefined) return Promise.resolve(undefined);
      const evaluations = samples.evaluations.filter((line) => line.interaction_id === id);
      const own = { interaction_id: id, trace_id: interaction.trace_id };
      return Promise.resolve({
        interaction,
        modelCalls: samples.modelCalls.filter((call) => call.interaction_id === id),
        spans: samples.spans.filter((span) => span.traceId === own.trace_id),
        evaluations,
        feedback: samples.feedback.filter((event) => event.trace_id === own.trace_id),
        quality: qualityOf(sampleQuality, evaluations, []),
        conversation: newestFirst
          .filter(
            (turn) =>
              turn === interaction ||
              (turn.session_id !== "" && turn.session_id === interaction.session_id),
          )
          .toReversed(),
      });
    },
    services: () =>
      Promise.resolve([...new Set(newestFirst.map((turn) => turn.service_name))].toSorted()),
  };
}

function matches(interaction: Interaction, options: RecentOptions): boolean {
  const { before, service, status } = options;
  return (
    (before === undefined || interaction.started_at < before.started_at) &&
    (service === undefined || interaction.service_name === service) &&
    (status === undefined || interaction.status === status)
  );
}

function summaryOf(interaction: Interaction, samples: Samples): InteractionSummary {
  return {
    ...interaction,
    model: interaction.response_model || interaction.request_model,
    scores: samples.evaluations.filter(
      (line) => line.interaction_id === interaction.interaction_id,
    ),
    feedback: samples.feedback.filter((event) => event.trace_id === interaction.trace_id),
  };
}
