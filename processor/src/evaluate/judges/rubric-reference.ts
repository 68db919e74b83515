import { rubricJsonSchema, type JsonSchema } from "./rubric-config.js";
import type { Rubric } from "./rubric.js";
import { loadRubrics } from "./rubrics.js";

/**
 * The reference of rubric files as Markdown: their fields, from the schema that they are checked
 * with, and the standard rubrics with those of the named files and folders.
 * @throws CalibrantError CONFIG_INVALID with every fault of a rubric, its file and line
 */
export function rubricReference(places: readonly string[]): string {
  const schema = rubricJsonSchema();
  const rubrics = [...loadRubrics(places).values()];
  const ofSubject = (subject: Rubric["subject"]): string[] =>
    rubrics.filter((rubric) => rubric.subject === subject).map(rubricSection);
  return [
    "# Rubrics",
    "Made by `calibrant rubrics`, from the schema and the files themselves. [How LLM judges work](llm-judges.md) says how to switch one on and how to write one.",
    "## Fields of a rubric file",
    fieldTable(schema),
    "### A step of `scale`",
    fieldTable(schema.properties?.["scale"]?.items ?? {}),
    "### An example of `examples`, and the parts that `required` and `optional` name",
    fieldTable(schema.properties?.["examples"]?.items ?? {}),
    "## Rubrics of interactions",
    ...ofSubject("interaction"),
    "## Rubrics of conversations",
    ...ofSubject("conversation"),
  ].join("\n\n");
}

function fieldTable({ properties = {}, required = [] }: JsonSchema): string {
  const rows = Object.entries(properties).map(([name, field]) => {
    const left = required.includes(name) ? "required" : defaultOf(field);
    return `| \`${name}\` | ${typeOf(field)} | ${left} | ${field.description ?? ""} |`;
  });
  return ["| field | value | when left out | meaning |", "| --- | --- | --- | --- |", ...rows].join(
    "\n",
  );
}

function defaultOf({ default: value }: JsonSchema): string {
  if (value === undefined) return "";
  if (typeof value === "string") return `\`${value}\``;
  return Array.isArray(value) && value.length === 0 ? "none" : `\`${JSON.stringify(value)}\``;
}

function typeOf({ type, enum: choices, pattern, items, minimum, maximum }: JsonSchema): string {
  if (choices !== undefined) {
    return choices.length > 3 ? "parts" : choices.map((choice) => `\`${choice}\``).join(" or ");
  }
  if (type === "array") return `list of ${pluralOf(items ?? {})}`;
  if (type === "number" || type === "integer") return `${type}, ${minimum} to ${maximum}`;
  return pattern === undefined ? "text" : `text like \`${pattern}\``;
}

function pluralOf(items: JsonSchema): string {
  if (items.type !== "object") return items.enum === undefined ? "texts" : typeOf(items);
  return Object.keys(items.properties ?? {}).length > 5 ? "examples" : "objects";
}

function rubricSection(rubric: Rubric): string {
  const { name, title, criterion, required, optional, scale, version, least_turns } = rubric;
  const steps = scale.map(
    ({ label, score, meaning }) => `| \`${label}\` | ${score} | ${meaning} |`,
  );
  const needs = [
    `Needs ${parts(required)}.`,
    ...(optional.length > 0 ? [`Shown where there: ${parts(optional)}.`] : []),
    ...(least_turns > 1 ? [`Needs ${least_turns} turns.`] : []),
  ];
  return [
    `### ${name}`,
    `**${title}** ${criterion}`,
    `${needs.join(" ")} Version ${version}.`,
    ["| verdict | score | when |", "| --- | --- | --- |", ...steps].join("\n"),
  ].join("\n\n");
}

function parts(fields: readonly string[]): string {
  return fields.map((field) => `\`${field}\``).join(", ");
}
