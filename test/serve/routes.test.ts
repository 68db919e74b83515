import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { routesOf } from "#processor/serve/routes.js";
import { serveConfig } from "#processor/serve/serve-config.js";
import type { ServeParts } from "#processor/serve/serve-parts.js";
import { loadAssets } from "#processor/serve/assets.js";
import { startTestServer, type TestServer } from "../support/web-server.js";

interface Failure {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly faults?: readonly unknown[];
  };
}

let server: TestServer;
let problem: string | undefined;

beforeAll(async () => {
  server = await startTestServer({
    config: serveConfig.parse({
      endpoint: "127.0.0.1:0",
      allowed_hosts: ["calibrant.example"],
    }),
    readiness: [
      { name: "spool", problem: () => undefined },
      { name: "store", problem: () => problem },
    ],
  });
});

afterAll(() => server.stop());

function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(server.address + path, { headers, redirect: "error" });
}

/** fetch() does not let a caller choose the Host header. */
function statusWithHost(host: string): Promise<number | undefined> {
  return askedWith("/healthz", { host });
}

/** As a browser asks for a page of that site. */
function sent(path: string, site: string, mode: string, dest: string): Promise<number | undefined> {
  return askedWith(path, {
    "sec-fetch-site": site,
    "sec-fetch-mode": mode,
    "sec-fetch-dest": dest,
  });
}

function askedWith(path: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(server.address + path, { headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    })
      .once("error", reject)
      .end();
  });
}

async function failureOf(answer: Response): Promise<[number, string]> {
  const { error } = (await answer.json()) as Failure;
  return [answer.status, error.code];
}

describe("the table of routes", () => {
  it("gives every route a scope, and lets none that shows data be public", () => {
    const parts = {
      ...server,
      page: { assets: loadAssets(), version: "" },
    } as unknown as ServeParts;
    const table = routesOf(parts).map(({ method, path, scope }) => `${method} ${path} ${scope}`);
    expect(table).toEqual([
      "GET / read",
      "GET /interactions/:id read",
      "GET /api/interactions read",
      "GET /api/interactions/:id read",
      "POST /v1/feedback feedback",
      "GET /healthz public",
      "GET /readyz public",
      "GET /metrics read",
      "GET /assets/:name public",
    ]);
  });

  it("answers other methods with 405 and says which are possible", async () => {
    const answer = await get("/v1/feedback");
    expect(answer.headers.get("allow")).toBe("POST");
    expect(await failureOf(answer)).toEqual([405, "METHOD_NOT_ALLOWED"]);
    const posted = await fetch(`${server.address}/`, { method: "POST" });
    expect(posted.headers.get("allow")).toBe("GET, HEAD");
    expect(await failureOf(posted)).toEqual([405, "METHOD_NOT_ALLOWED"]);
  });

  it("answers unknown addresses with 404, as JSON or as a page", async () => {
    expect(await failureOf(await get("/v2/feedback"))).toEqual([404, "NOT_FOUND"]);
    const page = await get("/<script>alert(1)</script>", { accept: "text/html" });
    expect(page.status).toBe(404);
    expect(page.headers.get("content-type")).toMatch(/^text\/html/);
    expect(await page.text()).not.toContain("<script>alert");
  });

  it("answers HEAD where it answers GET", async () => {
    const answer = await fetch(`${server.address}/`, { method: "HEAD" });
    expect([answer.status, await answer.text()]).toEqual([200, ""]);
  });
});

describe("every answer", () => {
  it.each(["/", "/healthz", "/nowhere", "/api/interactions", "/assets/style.css"])(
    "carries the security headers: %s",
    async (path) => {
      const { headers } = await get(path);
      const policy = headers.get("content-security-policy") ?? "";
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain("unsafe");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("access-control-allow-origin")).toBeNull();
    },
  );

  it("is given to loopback names and listed hosts only", async () => {
    const hosts = [
      "127.0.0.1:1",
      "localhost",
      "[::1]:80",
      "calibrant.example",
      "evil.example",
      "127.0.0.1.evil.example",
      "a@localhost",
    ];
    expect(await Promise.all(hosts.map(statusWithHost))).toEqual([
      200, 200, 200, 200, 403, 403, 400,
    ]);
  });

  it("is not given to pages of other addresses, which may only link to its own", async () => {
    for (const path of ["/", "/api/interactions", "/metrics"]) {
      for (const site of ["cross-site", "same-site", "anything"]) {
        expect(await sent(path, site, "no-cors", "script")).toBe(403);
        expect(await sent(path, site, "navigate", "iframe")).toBe(403);
        expect(await sent(path, site, "navigate", "document")).toBe(path === "/" ? 200 : 403);
      }
      expect(await sent(path, "same-origin", "cors", "empty")).toBe(200);
      expect(await sent(path, "none", "navigate", "document")).toBe(200);
    }
    expect(await sent("/healthz", "cross-site", "no-cors", "image")).toBe(200);
    const refused = await get("/api/interactions", { "sec-fetch-site": "cross-site" });
    expect(await failureOf(refused)).toEqual([403, "SITE_REFUSED"]);
  });
});

describe("health", () => {
  it("is alive whatever else is wrong", async () => {
    problem = "ClickHouse does not answer.";
    const answer = await get("/healthz");
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { status: "ok", version: "1.2.3", uptime_seconds: expect.any(Number) },
    ]);
  });

  it("is ready when every part is, and else says what is wrong", async () => {
    problem = undefined;
    expect((await get("/readyz")).status).toBe(200);
    problem = "ClickHouse does not answer; check exporters.clickhouse.url.";
    const answer = await get("/readyz");
    expect([answer.status, await answer.json()]).toEqual([
      503,
      {
        ready: false,
        parts: [
          { name: "spool", ready: true },
          { name: "store", ready: false, problem },
        ],
      },
    ]);
  });

  it("shows metrics as Prometheus text, requests by route among them", async () => {
    server.metrics.meter.createCounter("calibrant.receive.spans").add(7, { outcome: "accepted" });
    await get(`/interactions/${server.samples.interactions[0]?.interaction_id}`);
    const answer = await get("/metrics");
    expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    const text = await answer.text();
    expect(text.endsWith("\n")).toBe(true);
    const lines = text.split("\n");
    expect(lines).toContain('calibrant_receive_spans_total{outcome="accepted"} 7');
    expect(lines).toContain(
      'calibrant_serve_requests_total{method="GET",route="/interactions/:id",status="200"} 1',
    );
    expect(lines.join("\n")).toContain('route="other",status="404"');
  });
});

describe("the API of interactions", () => {
  it("lists them newest first and pages by `next`", async () => {
    const seen: string[] = [];
    let next: string | null = "/api/interactions?limit=3";
    while (next !== null) {
      const page = (await (await get(next)).json()) as {
        interactions: { interaction_id: string }[];
        next: string | null;
      };
      expect(page.interactions.length).toBeLessThanOrEqual(3);
      seen.push(...page.interactions.map((row) => row.interaction_id));
      next = page.next;
    }
    expect(seen).toEqual(server.samples.interactions.map((row) => row.interaction_id));
  });

  it("filters by service and status", async () => {
    const page = (await (
      await get("/api/interactions?service=shop-assistant&status=error")
    ).json()) as {
      interactions: { error_type: string }[];
    };
    expect(page.interactions.map((row) => row.error_type)).toEqual(["RateLimitError"]);
  });

  it("gives one with its spans, nanoseconds as text and hostile keys as they are", async () => {
    const id = server.samples.interactions[0]?.interaction_id;
    const text = await (await get(`/api/interactions/${id}`)).text();
    const detail = JSON.parse(text) as { spans: { start: string; attributes: object }[] };
    expect(detail.spans).toHaveLength(6);
    expect(detail.spans[0]?.start).toMatch(/^\d{19}$/);
    expect(Object.keys(detail.spans[0]?.attributes ?? {})).toContain("__proto__");
  });

  it("names the parameter that is wrong", async () => {
    const answer = await get("/api/interactions?limit=900&status=odd&before=yesterday");
    const { error } = (await answer.json()) as Failure;
    expect([answer.status, error.code, error.message]).toEqual([
      400,
      "REQUEST_MALFORMED",
      "limit: expected a whole number from 1 to 200\nstatus: expected ok or error\nbefore: expected the place that a `next` link gave",
    ]);
  });

  it("answers 404 for an unknown id", async () => {
    expect(await failureOf(await get("/api/interactions/nothing"))).toEqual([404, "NOT_FOUND"]);
    expect(await failureOf(await get(`/api/interactions/${"x".repeat(200)}`))).toEqual([
      404,
      "NOT_FOUND",
    ]);
  });
});
