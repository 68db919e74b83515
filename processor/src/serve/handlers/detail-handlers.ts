import type { Context } from "hono";
import { CalibrantError } from "../../kernel/errors.js";
import type { InteractionDetail, InteractionQueries } from "../../model/ports.js";
import { detailData } from "../detail-data.js";
import { detailPage } from "../pages/detail-page.js";
import type { Handler, ServeParts } from "../serve-parts.js";

export function detailPageHandler({ queries, page }: ServeParts): Handler {
  return async (context) => context.html(await detailPage(page, await find(queries, context)));
}

export function detailDataHandler({ queries }: ServeParts): Handler {
  return async (context) => {
    context.header("content-type", "application/json");
    return context.body(JSON.stringify(detailData(await find(queries, context))));
  };
}

/** @throws CalibrantError NOT_FOUND */
async function find(queries: InteractionQueries, context: Context): Promise<InteractionDetail> {
  const id = context.req.param("id") ?? "";
  const detail = id.length <= 128 ? await queries.detail(id) : undefined;
  if (detail === undefined) {
    throw new CalibrantError(
      "NOT_FOUND",
      "No interaction has this id. It may have been deleted, or its spans have not arrived yet.",
    );
  }
  return detail;
}
