import { isMap, isScalar, isSeq, parse, type Document, type Node } from "yaml";
import type { Fault } from "./kernel/faults.js";

export type Environment = Readonly<Record<string, string | undefined>>;

const reference = /\$\$|\$\{env:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$\{[^}]*\}?/g;

/** A value that is one reference and nothing else. */
export interface WholeReference {
  readonly path: string;
  /** Takes the type that its text has in YAML, for a setting that does not take text. */
  useType(): void;
}

export interface ResolvedEnvironment {
  readonly faults: readonly Fault[];
  readonly wholes: readonly WholeReference[];
}

/**
 * Replaces `${env:NAME}` and `${env:NAME:-default}` in every text value of the document, as the
 * OpenTelemetry Collector does; `$$` stands for one dollar sign. The values are text at first, so
 * that a password of digits stays one. Faults are names that are not set, and references of
 * another form.
 */
export function resolveEnvironment(
  document: Document,
  environment: Environment,
): ResolvedEnvironment {
  const faults: Fault[] = [];
  const wholes: WholeReference[] = [];
  walk(document.contents, "", (node, path) => {
    if (typeof node.value !== "string" || !node.value.includes("$")) return;
    const text = node.value;
    const resolved = text.replace(reference, (match, name?: string, fallback?: string) => {
      if (match === "$$") return "$";
      const message = faultOf(match, name, fallback, environment);
      if (message !== undefined) faults.push({ path, message });
      return name === undefined ? match : setOrEmpty(environment[name]) || (fallback ?? "");
    });
    node.value = resolved;
    if (!/^\$\{[^}]*\}$/.test(text) || node.type !== "PLAIN") return;
    wholes.push({
      path,
      useType: () => {
        node.value = typed(resolved);
      },
    });
  });
  return { faults, wholes };
}

function faultOf(
  match: string,
  name: string | undefined,
  fallback: string | undefined,
  environment: Environment,
): string | undefined {
  if (name === undefined) {
    return `${match} is not a reference that is known; write \${env:NAME} or \${env:NAME:-default}, and $$ for a dollar sign`;
  }
  if (environment[name] === undefined && fallback === undefined) {
    return `the environment variable ${name} is not set; set it or give a default with \${env:${name}:-default}`;
  }
  return undefined;
}

function setOrEmpty(value: string | undefined): string {
  return value ?? "";
}

function typed(text: string): unknown {
  const value: unknown = parse(text);
  return typeof value === "object" && value !== null ? text : value;
}

function walk(
  node: Node | null,
  path: string,
  visit: (node: { value: unknown; type?: string }, path: string) => void,
): void {
  if (isScalar(node)) {
    visit(node, path);
  } else if (isMap(node)) {
    for (const pair of node.items) {
      const key = isScalar(pair.key) ? String(pair.key.value) : "?";
      walk(pair.value as Node | null, path === "" ? key : `${path}.${key}`, visit);
    }
  } else if (isSeq(node)) {
    node.items.forEach((item, index) => walk(item as Node | null, `${path}[${index}]`, visit));
  }
}
