import { CalibrantError } from "../kernel/errors.js";
import { formatFaults, type Fault } from "../kernel/faults.js";
import type { ListPosition, RecentOptions } from "../model/ports.js";

/** What the address of a list may ask for. */
export interface ListQuery extends RecentOptions {
  /** One page of the web interface, or as many as the API was asked for. */
  readonly limit: number;
}

/** In addresses an empty name would ask for every service. */
export const unnamedService = "(no name)";

const pageSize = 50;
const mostRows = 200;

/** @throws CalibrantError REQUEST_MALFORMED with the names of the parameters */
export function readListQuery(parameters: URLSearchParams): ListQuery {
  const faults: Fault[] = [];
  const value = (name: string): string | undefined => parameters.get(name) || undefined;
  const check = (path: string, sound: boolean, message: string): void => {
    if (!sound) faults.push({ path, message });
  };

  const limit = value("limit") ?? String(pageSize);
  check(
    "limit",
    /^\d{1,3}$/.test(limit) && Number(limit) >= 1 && Number(limit) <= mostRows,
    `expected a whole number from 1 to ${mostRows}`,
  );
  const service = value("service");
  check("service", (service?.length ?? 0) <= 256, "is longer than 256 characters");
  const status = value("status");
  check(
    "status",
    status === undefined || status === "ok" || status === "error",
    "expected ok or error",
  );
  const place = value("before");
  const before = place === undefined ? undefined : parsePosition(place);
  check(
    "before",
    place === undefined || before !== undefined,
    "expected the place that a `next` link gave",
  );

  if (faults.length > 0) throw new CalibrantError("REQUEST_MALFORMED", formatFaults(faults));
  return {
    limit: Number(limit),
    before,
    service: service === unnamedService ? "" : service,
    status: status as ListQuery["status"],
  };
}

/** The place after which the next page begins, or undefined when this page is the last. */
export function nextPlace(
  query: ListQuery,
  rows: readonly ListPosition[],
): ListPosition | undefined {
  return rows.length < query.limit ? undefined : rows.at(-1);
}

/** The address of a page of the list: the same filter, from a place on or from the newest. */
export function listAddress(path: string, query: ListQuery, before?: ListPosition): string {
  const parameters = new URLSearchParams();
  if (query.service !== undefined) parameters.set("service", query.service || unnamedService);
  if (query.status !== undefined) parameters.set("status", query.status);
  if (query.limit !== pageSize) parameters.set("limit", String(query.limit));
  if (before !== undefined)
    parameters.set("before", `${before.started_at}.${before.interaction_id}`);
  return parameters.size === 0 ? path : `${path}?${parameters.toString()}`;
}

function parsePosition(text: string): ListPosition | undefined {
  const match = /^(\d{1,14})\.([\w-]{1,128})$/.exec(text);
  return match?.[2] === undefined
    ? undefined
    : { started_at: Number(match[1]), interaction_id: match[2] };
}
