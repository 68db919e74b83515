import { calibrant, common, genAi } from "./attributes.js";

/** What an application knows of one turn of a user. Everything is optional; say what you know. */
export interface InteractionOptions {
  readonly userId?: string | undefined;
  /** The conversation that the turn belongs to. */
  readonly sessionId?: string | undefined;
  /** The part of the product, such as `order_status`. */
  readonly feature?: string | undefined;
  /** The kind of user, such as `business`. */
  readonly segment?: string | undefined;
  /** The arm of an experiment. */
  readonly variant?: string | undefined;
  readonly promptName?: string | undefined;
  readonly promptVersion?: string | undefined;
  /** Default: `service.version` of the resource. */
  readonly release?: string | undefined;
}

export type MarkName = keyof InteractionOptions;

/** What is known of an interaction: names that have a value, and nothing else. */
export type Marks = Readonly<Partial<Record<MarkName, string>>>;

/** The key of each mark in W3C baggage. No other key is ever read, written or taken away. */
export const baggageKeys: Readonly<Record<MarkName, string>> = {
  userId: "calibrant.user.id",
  sessionId: "calibrant.session.id",
  feature: "calibrant.feature",
  segment: "calibrant.segment",
  variant: "calibrant.variant",
  promptName: "calibrant.prompt.name",
  promptVersion: "calibrant.prompt.version",
  release: "calibrant.release",
};

export const markNames = Object.keys(baggageKeys) as MarkName[];

/** The attributes of each mark, on spans and log records. */
const attributeNames: Readonly<Record<MarkName, readonly string[]>> = {
  userId: [common.userId],
  sessionId: [common.sessionId, genAi.conversationId],
  feature: [calibrant.feature],
  segment: [calibrant.segment],
  variant: [calibrant.variant],
  promptName: [genAi.promptName],
  promptVersion: [genAi.promptVersion],
  release: [calibrant.release],
};

/** Takes what applications without type checks pass as well: numbers, null, and no options at all. */
export function marksOfOptions(options: InteractionOptions): Marks {
  const given = (options ?? {}) as Readonly<Record<MarkName, unknown>>;
  const marks: Partial<Record<MarkName, string>> = {};
  for (const name of markNames) {
    const value = given[name];
    if (typeof value === "string" || typeof value === "number" || typeof value === "bigint") {
      const text = String(value);
      if (text !== "") marks[name] = text;
    }
  }
  return marks;
}

export function attributesOfMarks(marks: Marks): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const name of markNames) {
    const value = marks[name];
    if (value === undefined) continue;
    for (const attribute of attributeNames[name]) attributes[attribute] = value;
  }
  return attributes;
}
