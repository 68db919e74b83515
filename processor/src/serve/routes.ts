import { assetHandler } from "./handlers/asset-handler.js";
import { feedbackHandler } from "./handlers/feedback-handler.js";
import { healthHandler, metricsHandler, readyHandler } from "./handlers/health-handlers.js";
import { detailDataHandler, detailPageHandler } from "./handlers/detail-handlers.js";
import { listDataHandler, listPageHandler } from "./handlers/list-handlers.js";
import type { Scope } from "../model/ports.js";
import type { Form } from "./replies.js";
import type { Handler, ServeParts } from "./serve-parts.js";

export const feedbackPath = "/v1/feedback";

/** What a caller must be allowed to do. `public` is for what says nothing about anybody's data. */
type RouteScope = Scope | "public";

export interface Route {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly scope: RouteScope;
  readonly form: Form;
  readonly handle: Handler;
}

/** Every address that the server answers. There is no other way to add one. */
export function routesOf(parts: ServeParts): readonly Route[] {
  return [
    get("/", "read", "page", listPageHandler(parts)),
    get("/interactions/:id", "read", "page", detailPageHandler(parts)),
    get("/api/interactions", "read", "data", listDataHandler(parts)),
    get("/api/interactions/:id", "read", "data", detailDataHandler(parts)),
    {
      method: "POST",
      path: feedbackPath,
      scope: "feedback",
      form: "data",
      handle: feedbackHandler(parts),
    },
    get("/healthz", "public", "data", healthHandler(parts)),
    get("/readyz", "public", "data", readyHandler(parts)),
    // Metrics name keys, evaluators and models: not for everybody who can reach the address.
    get("/metrics", "read", "data", metricsHandler(parts)),
    get("/assets/:name", "public", "data", assetHandler(parts)),
  ];
}

function get(path: string, scope: RouteScope, form: Form, handle: Handler): Route {
  return { method: "GET", path, scope, form, handle };
}
