import type { Context } from "hono";
import { listAddress, nextPlace, readListQuery, type ListQuery } from "../list-query.js";
import { listPage } from "../pages/list-page.js";
import type { Handler, ServeParts } from "../serve-parts.js";

export function listPageHandler({ queries, page, otlpAddress }: ServeParts): Handler {
  return async (context) => {
    const query = listQuery(context);
    const [rows, services] = await Promise.all([queries.recent(query), queries.services()]);
    return context.html(await listPage(page, { query, rows, services, otlpAddress }));
  };
}

/** The same as JSON; `next` is the address of the page after this one. */
export function listDataHandler({ queries }: ServeParts): Handler {
  return async (context) => {
    const query = listQuery(context);
    const interactions = await queries.recent(query);
    const next = nextPlace(query, interactions);
    return context.json({
      interactions,
      next: next === undefined ? null : listAddress("/api/interactions", query, next),
    });
  };
}

function listQuery(context: Context): ListQuery {
  return readListQuery(new URL(context.req.url).searchParams);
}
