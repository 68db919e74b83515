import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import type { Interaction, ModelCall } from "#processor/model/interaction.js";
import { capturedRequests, type CapturedRequest } from "./otlp-cases.js";

const directory = fileURLToPath(new URL("../cases/interactions", import.meta.url));

/**
 * A case is a folder under `test/cases/interactions`, named like the folder of its captured
 * requests under `test/cases/otlp`. Its `expected.json` says what was asked and answered: it was
 * compared with what the scripted model server had said, never just copied from what came out. A field that it leaves out is expected to be empty, zero or ok;
 * costs alone are compared only where they are given.
 */
export interface InteractionCase {
  readonly name: string;
  readonly about: string;
  readonly requests: readonly CapturedRequest[];
  readonly interactions: readonly ExpectedInteraction[];
}

type Part<Row> = { readonly [Column in keyof Row]?: Row[Column] | undefined };

/** Ids are given by their beginnings. */
export type ExpectedInteraction = Part<Interaction> & {
  readonly trace: string;
  readonly root: string;
  readonly calls: readonly (Part<ModelCall> & { readonly kind: string; readonly span: string })[];
};

export function interactionCases(): InteractionCase[] {
  const requests = capturedRequests();
  return readdirSync(directory).map((name) => {
    const text = readFileSync(join(directory, name, "expected.json"), "utf8");
    const { about, interactions } = JSON.parse(text) as Pick<
      InteractionCase,
      "about" | "interactions"
    >;
    const own = requests.filter((request) => request.name.startsWith(`${name}/`));
    return { name, about, interactions, requests: own };
  });
}

const emptyInteraction = {
  agent_name: "",
  cache_read_tokens: 0,
  complete: true,
  context: [],
  environment: "",
  error_type: "",
  feature: "",
  input_text: "",
  input_tokens: 0,
  model_calls: 0,
  operation: "",
  output_text: "",
  output_tokens: 0,
  prompt_name: "",
  prompt_version: "",
  provider: "",
  reasoning_tokens: 0,
  release: "",
  request_model: "",
  response_ids: [],
  response_model: "",
  retrievals: 0,
  session_id: "",
  status: "ok",
  system_text: "",
  tool_calls: 0,
  tool_definitions: "",
  user_id: "",
  user_segment: "",
  variant: "",
} satisfies Part<Interaction>;

const emptyCall = {
  cache_read_tokens: 0,
  error_type: "",
  finish_reason: "",
  input_text: "",
  input_tokens: 0,
  output_text: "",
  output_tokens: 0,
  provider: "",
  reasoning_tokens: 0,
  request_model: "",
  response_id: "",
  response_model: "",
  status: "ok",
} satisfies Part<ModelCall>;

/** Compares all rows of a case, and how many there are. */
export function expectRows(
  expected: readonly ExpectedInteraction[],
  interactions: readonly Interaction[],
  calls: readonly ModelCall[],
): void {
  const wanted = expected.map(({ calls: expectedCalls, ...row }) => ({
    ...emptyInteraction,
    ...row,
    interaction_id: `${row.trace}-${row.root}`,
    calls: byPlace(expectedCalls.map((call) => ({ ...emptyCall, ...call }))),
  }));
  const found = interactions.map((row) => {
    const trace = row.trace_id.slice(0, 6);
    const root = row.span_id.slice(0, 4);
    const like = wanted.find((one) => one.trace === trace && one.root === root) ?? emptyInteraction;
    const own = calls
      .filter((call) => call.interaction_id === row.interaction_id)
      .map((call) => ({ ...call, span: call.span_id.slice(0, 4) }));
    const likeCalls = "calls" in like ? like.calls : [];
    return {
      ...sameColumns(row, like),
      trace,
      root,
      interaction_id: row.interaction_id.replace(row.trace_id, trace).replace(row.span_id, root),
      calls: byPlace(
        own.map((call) => {
          const likeCall = likeCalls.find(
            (one) => one.kind === call.kind && one.span === call.span,
          );
          return sameColumns(call, likeCall ?? { ...emptyCall, kind: "", span: "" });
        }),
      ),
    };
  });
  expect(byPlace(found)).toEqual(byPlace(wanted));
}

/** A row with the columns that another one has; costs to nine digits. */
function sameColumns(row: object, like: object): Record<string, unknown> {
  const columns = new Set([...Object.keys(like), "kind", "span"]);
  return Object.fromEntries(
    Object.entries(row)
      .filter(([column]) => columns.has(column))
      .map(([column, value]) => [
        column,
        column === "cost_usd" && typeof value === "number" ? Number(value.toPrecision(9)) : value,
      ]),
  );
}

function byPlace<Row extends object>(rows: readonly Row[]): Row[] {
  const place = (row: Row): string => {
    const { trace, root, kind, span, name } = row as Readonly<Record<string, string | undefined>>;
    return [trace, root, kind, span, name].join(" ");
  };
  return rows.toSorted((left, right) => (place(left) < place(right) ? -1 : 1));
}
