import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../support/web-server.js";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(() => server.stop());

async function page(path: string): Promise<string> {
  const answer = await fetch(server.address + path);
  expect(answer.headers.get("content-type")).toMatch(/^text\/html/);
  return await answer.text();
}

/** The words of a page, as a reader sees them. */
async function words(path: string): Promise<string> {
  return (await page(path)).replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
}

function detailOf(place: number): string {
  return `/interactions/${server.samples.interactions[place]?.interaction_id}`;
}

describe("the list", () => {
  it("shows scores and failures in words, and never a failure as a number", async () => {
    const text = await words("/");
    expect(text).toContain("groundedness 0.12 contradicted");
    expect(text).toContain("relevance failed");
    expect(text).toContain("groundedness, relevance not sampled");
    expect(text).toContain("groundedness, relevance skipped");
    expect(text).toContain("Error: RateLimitError");
    expect(text).toContain("Thumbs down “The page on returns".replace("“", ""));
    expect(text).toContain("Rated 4 of 5");
    expect(text).toContain("$0.00022");
  });

  it("keeps the filter in its form and in the address of its data", async () => {
    const html = await page("/?service=helpdesk-bot&status=ok");
    expect(html).toContain('<option value="helpdesk-bot" selected>');
    expect(html).toContain('href="/api/interactions?service=helpdesk-bot&amp;status=ok"');
    expect(html).toContain("Summarise this ticket");
    expect(html).not.toContain("hiking boots");
  });

  it("tells a service without a name from all services", async () => {
    const asked: (string | undefined)[] = [];
    const unnamed = await startTestServer({
      queries: {
        recent: ({ service }) => {
          asked.push(service);
          return Promise.resolve([]);
        },
        detail: () => Promise.resolve(undefined),
        services: () => Promise.resolve(["", "shop"]),
      },
    });
    try {
      const all = await (await fetch(unnamed.address)).text();
      expect(all).toContain('<option value="" selected>All services');
      expect(all.match(/ selected>/g)).toHaveLength(2);
      const one = await (await fetch(`${unnamed.address}/?service=%28no+name%29`)).text();
      expect(one).toContain('<option value="(no name)" selected>');
      expect(one).toContain('href="/api/interactions?service=%28no+name%29"');
      expect(asked).toEqual([undefined, ""]);
    } finally {
      await unnamed.stop();
    }
  });

  it("says what to do when there is nothing", async () => {
    expect(await words("/?service=none")).toContain("No interaction matches this filter");
    expect(await words("/?before=1.none")).toContain("There are no older interactions");
    const empty = await startTestServer({
      queries: {
        recent: () => Promise.resolve([]),
        detail: () => Promise.resolve(undefined),
        services: () => Promise.resolve([]),
      },
    });
    try {
      const text = await (await fetch(empty.address)).text();
      expect(text).toContain("OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318");
      expect(text).toContain("npm run demo");
    } finally {
      await empty.stop();
    }
  });

  it("answers a wrong parameter with a page that names it", async () => {
    const answer = await fetch(`${server.address}/?status=odd`);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain("status: expected ok or error");
  });
});

describe("one interaction", () => {
  it("shows the session with this turn marked", async () => {
    const html = await page(detailOf(0));
    expect(html.match(/aria-current="true"/g)).toHaveLength(1);
    expect(html).toContain("Hi! Is anybody there?");
    expect(html).toContain("How long do I have to send something back?");
  });

  it("shows scores with explanation, reason, cost, version and probability", async () => {
    const failed = await words(detailOf(0));
    expect(failed).toContain("JUDGE_UNAVAILABLE: no answer within 20 s, after 3 attempts");
    expect(failed).toContain("0.12 · contradicted");
    expect(failed).toContain("the answer says 30");
    const sampled = await words(detailOf(1));
    expect(sampled).toContain("version 3-8c1e02");
    expect(sampled).toContain("drawn with probability 0.25");
    expect(sampled).toContain("$0.000094");
  });

  it("shows the composite quality with its parts and the veto that decided", async () => {
    const text = await words(detailOf(0));
    expect(text).toMatch(/quality 0\.12 Held down by groundedness, which is a veto\./);
    expect(text).toContain("groundedness 0.12 (veto only)");
    expect(await words(detailOf(1))).not.toContain("Held down");
  });

  it("shows the spans as a tree with the calls that they are", async () => {
    const text = await words(detailOf(0));
    const order = [
      "step invoke_agent assistant",
      "retrieval retrieve policies",
      "model call chat gpt-4o-mini",
      "tool call execute_tool find_order",
      "step GET /orders/{id}",
    ];
    expect(order.map((name) => text.indexOf(name))).toEqual(
      order.map((name) => text.indexOf(name)).toSorted((a, b) => a - b),
    );
    expect(text).toContain("602 in, 30 out");
  });

  it("shows an error with its message", async () => {
    const text = await words(detailOf(3));
    expect(text).toContain("The call failed: RateLimitError.");
    expect(text).toContain("failed model call");
    expect(text).toContain("429 Rate limit reached");
    expect(text).toContain("price unknown");
  });

  it("folds long texts and loses nothing of them", async () => {
    const html = await page(detailOf(5));
    const long = server.samples.interactions[5]?.input_text ?? "";
    expect(html).toMatch(/<summary>1,\d{3} more characters<\/summary>/);
    expect((await words(detailOf(5))).replaceAll(/\d,?\d* more characters /g, "")).toContain(
      long.replaceAll(/\s+/g, " ").trim(),
    );
  });

  it("is a page that says so when there is none", async () => {
    const answer = await fetch(`${server.address}/interactions/none`);
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain("No interaction has this id");
  });
});

describe("hostile content", () => {
  it.each(["/", "/interactions"])("is text, never markup: %s", async (path) => {
    const html = await page(path === "/" ? path : detailOf(4));
    expect(html).toContain("&lt;script&gt;document.title=");
    const elements = html.match(/<\/?[a-z][^>]*>/gi) ?? [];
    expect(elements.filter((element) => /^<(?:script|img|b)\b/i.test(element))).toEqual(
      elements.filter(
        (element) => /^<(?:script|img) (?:src="\/assets\/)/.test(element) || element === "<b>",
      ),
    );
    expect(elements.filter((element) => /javascript:|\son\w+=|style=/i.test(element))).toEqual([]);
  });
});
