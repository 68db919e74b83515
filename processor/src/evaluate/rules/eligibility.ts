import type { PendingInteraction } from "../../model/ports.js";
import { readFilter } from "./filter/filter.js";
import type { WhenConfig } from "./when-config.js";
import { wildcard } from "./wildcard.js";

/** Why an evaluator is not meant for an interaction; undefined when it is. */
export type Eligibility = (interaction: PendingInteraction) => string | undefined;

/** What does not hold for the interaction; undefined when the condition is met. */
type Unmet = (interaction: PendingInteraction) => string | undefined;

/** The conditions on names, and the fields that they look at. */
const named = {
  service: "service_name",
  environment: "environment",
  feature: "feature",
  agent: "agent_name",
  operation: "operation",
  release: "release",
  user_segment: "user_segment",
  variant: "variant",
} as const satisfies Partial<Record<keyof WhenConfig, keyof PendingInteraction>>;

/** The quick conditions come first. @param when without faults */
export function eligibility(when: WhenConfig = {}): Eligibility {
  const conditions = [...namesOf(when), ...tracesOf(when), ...filterOf(when)];
  return (interaction) => {
    for (const unmet of conditions) {
      const condition = unmet(interaction);
      if (condition !== undefined) return `not eligible: ${condition}`;
    }
    return undefined;
  };
}

function namesOf(when: WhenConfig): Unmet[] {
  const conditions: Unmet[] = [];
  for (const [name, field] of Object.entries(named) as [keyof typeof named, Named][]) {
    const wanted = when[name];
    if (wanted === undefined) continue;
    const matches = [wanted].flat().map(wildcard);
    conditions.push((interaction) =>
      matches.some((match) => match(interaction[field])) ? undefined : name,
    );
  }
  return conditions;
}

type Named = (typeof named)[keyof typeof named];

function tracesOf({ has_context, has_tools, status }: WhenConfig): Unmet[] {
  const conditions: Unmet[] = [];
  const add = (name: string, meets: (interaction: PendingInteraction) => boolean): void => {
    conditions.push((interaction) => (meets(interaction) ? undefined : name));
  };
  if (status !== undefined) add("status", (interaction) => interaction.status === status);
  if (has_context !== undefined) {
    add("has_context", ({ context }) => context.length > 0 === has_context);
  }
  if (has_tools !== undefined) {
    add("has_tools", ({ tool_calls, tool_uses }) => {
      return (tool_calls > 0 || tool_uses.length > 0) === has_tools;
    });
  }
  return conditions;
}

function filterOf({ filter: expression }: WhenConfig): Unmet[] {
  if (expression === undefined) return [];
  const read = readFilter(expression);
  if (!("filter" in read)) return [() => "filter cannot be read"];
  return [
    (interaction) => {
      const part = read.filter.unmet(interaction);
      return part === undefined ? undefined : `filter ${part}`;
    },
  ];
}
