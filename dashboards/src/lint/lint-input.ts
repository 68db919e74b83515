import { parse } from "yaml";
import type { AlertRulesFile, ContactPointsFile } from "../alerting/alert-file.js";
import type { DashboardJson } from "../dashboard-json.js";

/** The files as Grafana reads them, by name. */
export interface LintInput {
  readonly dashboards: ReadonlyMap<string, DashboardJson>;
  readonly rules: ReadonlyMap<string, AlertRulesFile>;
  readonly contactPoints: ReadonlyMap<string, ContactPointsFile>;
  readonly datasources: ReadonlyMap<string, DatasourcesFile>;
  readonly providers: ReadonlyMap<string, ProvidersFile>;
  /** Files that are none of these, such as notification policies. */
  readonly others: readonly string[];
  /** Whether a file of the repository exists, by its path from the root. */
  readonly exists: (path: string) => boolean;
}

export interface DatasourcesFile {
  readonly datasources: readonly {
    readonly uid: string;
    readonly type: string;
    readonly name: string;
  }[];
}

export interface ProvidersFile {
  readonly providers: readonly { readonly name: string; readonly folder: string }[];
}

/** Sorts files by their content; paths are those below `dashboards/`. */
export function lintInput(
  files: ReadonlyMap<string, string>,
  exists: (path: string) => boolean,
): LintInput {
  const parsed = [...files].map(([path, text]) => ({ path, content: readContent(path, text) }));
  const having = <T>(key: string): ReadonlyMap<string, T> =>
    new Map(
      parsed
        .filter(({ content }) => Object.hasOwn(content, key))
        .map(({ path, content }) => [path, content as T]),
    );
  const known = {
    dashboards: having<DashboardJson>("panels"),
    rules: having<AlertRulesFile>("groups"),
    contactPoints: having<ContactPointsFile>("contactPoints"),
    datasources: having<DatasourcesFile>("datasources"),
    providers: having<ProvidersFile>("providers"),
  };
  const seen = new Set(Object.values(known).flatMap((map) => [...map.keys()]));
  return {
    ...known,
    others: parsed.map(({ path }) => path).filter((path) => !seen.has(path)),
    exists,
  };
}

function readContent(path: string, text: string): object {
  const content: unknown = path.endsWith(".json") ? JSON.parse(text) : parse(text);
  return typeof content === "object" && content !== null ? content : {};
}
