import { CalibrantError } from "../../kernel/errors.js";
import type { Handler, ServeParts } from "../serve-parts.js";

export function assetHandler({ page }: ServeParts): Handler {
  const assets = new Map(Object.entries(page.assets));
  return (context) => {
    const asset = assets.get(context.req.param("name") ?? "");
    if (asset === undefined) throw new CalibrantError("NOT_FOUND", "no such file");
    context.header("content-type", asset.contentType);
    context.header("cache-control", "public, max-age=31536000, immutable");
    return context.body(asset.body);
  };
}
