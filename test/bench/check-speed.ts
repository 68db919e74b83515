import type { Evaluator } from "#processor/evaluate/evaluator.js";
import type { PendingInteraction } from "#processor/model/ports.js";
import { everyCheck } from "../support/checked.js";
import { pendingInteraction } from "../support/pending-interaction.js";
import { median } from "./decode-speed.js";
import { generator, prose } from "./prose.js";

export interface CheckSpeed {
  readonly check: string;
  readonly evaluationsPerCpuSecond: number;
}

const rounds = 5;
const roundSeconds = 0.4;

/**
 * Interactions with a question of 200 characters, an answer of 1,000 with citations, five documents
 * of 1,000 and two uses of a tool. Each figure is the median of the rounds.
 */
export async function measureChecks(): Promise<CheckSpeed[]> {
  const random = generator(1);
  const interactions = Array.from({ length: 64 }, () => interactionOf(random));
  const speeds: CheckSpeed[] = [];
  for (const evaluator of await everyCheck()) {
    const rates: number[] = [];
    for (let round = -1; round < rounds; round++) {
      const rate = await evaluationsPerCpuSecond(evaluator, interactions);
      if (round >= 0) rates.push(rate);
    }
    speeds.push({ check: evaluator.name, evaluationsPerCpuSecond: median(rates) });
  }
  return speeds;
}

function interactionOf(random: () => number): PendingInteraction {
  const use = {
    name: "find_order",
    arguments: '{"id":"4711","unit":"days"}',
    result: '{"status":"delivered"}',
    status: "ok",
    error_type: "",
    duration_ms: 20,
  } as const;
  const schema = {
    type: "object",
    properties: { id: { type: "string" }, unit: { enum: ["days", "hours"] } },
    required: ["id"],
    additionalProperties: false,
  };
  return pendingInteraction({
    input_text: prose(200, random),
    output_text: `${prose(950, random)} [1], see [2] and https://shop.example/help.`,
    previous_output: prose(1_000, random),
    context: Array.from({ length: 5 }, () => prose(1_000, random)),
    tool_uses: [use, use],
    tool_definitions: JSON.stringify([{ name: "find_order", parameters: schema }]),
  });
}

async function evaluationsPerCpuSecond(
  evaluator: Evaluator,
  interactions: readonly PendingInteraction[],
): Promise<number> {
  const { signal } = new AbortController();
  const before = process.cpuUsage();
  const end = performance.now() + roundSeconds * 1_000;
  let evaluations = 0;
  while (performance.now() < end) {
    for (const one of interactions) {
      // Another object each time, as from the store.
      const interaction = { ...one };
      const reason = evaluator.inapplicable(interaction);
      if (reason !== undefined) throw new Error(`${evaluator.name} has nothing to say: ${reason}`);
      await evaluator.evaluate(interaction, signal);
      evaluations++;
    }
  }
  const { user, system } = process.cpuUsage(before);
  return evaluations / ((user + system) / 1e6);
}
