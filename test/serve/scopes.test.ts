import { describe, expect, it, onTestFinished } from "vitest";
import { createAdmission } from "#processor/admission/admission.js";
import type { Scope } from "#processor/model/ports.js";
import { routesOf, type Route } from "#processor/serve/routes.js";
import type { ServeParts } from "#processor/serve/serve-parts.js";
import { basic, testKey } from "../support/api-keys.js";
import { recordMetrics } from "../support/recorded-metrics.js";
import { startTestServer, type TestServer } from "../support/web-server.js";

const scopes: readonly Scope[] = ["ingest", "feedback", "read", "review", "admin"];
const keys = scopes.map((scope) => testKey(scope));

/** What each address asks for. An address that is missing here fails, so that none slips in. */
const expected: Readonly<Record<string, Scope | "public">> = {
  "GET /": "read",
  "GET /interactions/:id": "read",
  "GET /api/interactions": "read",
  "GET /api/interactions/:id": "read",
  "POST /v1/feedback": "feedback",
  "GET /healthz": "public",
  "GET /readyz": "public",
  "GET /metrics": "read",
  "GET /assets/:name": "public",
};

// Building the routes takes no more than this of the parts.
const routes = routesOf({ page: { assets: {} } } as unknown as ServeParts);

async function guardedServer(): Promise<TestServer> {
  const admission = createAdmission({
    keys: keys.map(({ entry }) => entry),
    meter: recordMetrics().meter,
  });
  const server = await startTestServer({ admission });
  onTestFinished(() => server.stop());
  return server;
}

function ask(
  server: TestServer,
  { method, path }: Pick<Route, "method" | "path">,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(`${server.address}${path.replace(/:\w+/, "none")}`, {
    method,
    headers: { "content-type": "application/json", ...headers },
    ...(method === "POST" ? { body: "[]" } : {}),
  });
}

describe("the scopes of the routes", () => {
  it("are those of the table, and no route is without", () => {
    const declared = routes.map(({ method, path, scope }) => [`${method} ${path}`, scope]);
    expect(Object.fromEntries(declared)).toEqual(expected);
  });

  it("are asked for, route by route and key by key", async () => {
    const server = await guardedServer();
    for (const route of routes) {
      const name = `${route.method} ${route.path}`;
      const wanted = expected[name];
      const nobody = await ask(server, route);
      const asked = nobody.headers.get("www-authenticate")?.startsWith("Basic realm") ?? false;
      expect([name, nobody.status === 401, asked]).toEqual([
        name,
        wanted !== "public",
        wanted !== "public",
      ]);
      for (const { key, entry } of keys) {
        const [scope] = entry.scopes;
        const allowed = wanted === "public" || scope === "admin" || scope === wanted;
        const { status } = await ask(server, route, { "x-api-key": key });
        const outcome = [401, 403].includes(status) ? status : "admitted";
        expect([name, scope, outcome]).toEqual([name, scope, allowed ? "admitted" : 403]);
      }
    }
  });

  it("take the key as a browser sends it, and refuse with a page", async () => {
    const server = await guardedServer();
    const reader = keys[scopes.indexOf("read")]?.key ?? "";
    const page = { method: "GET", path: "/" } as const;
    expect((await ask(server, page, { authorization: basic("me", reader) })).status).toBe(200);
    const refused = await ask(server, page, { authorization: basic("me", "wrong") });
    expect(refused.status).toBe(401);
    expect(await refused.text()).toContain("This needs an API key");
    const data = await ask(server, { method: "GET", path: "/api/interactions" });
    expect(await data.json()).toMatchObject({ error: { code: "UNAUTHENTICATED" } });
  });
});
