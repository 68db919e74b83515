import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createInteractionQueries } from "#processor/store/interaction-queries.js";
import { chromiumPath, noBrowser, startBrowser, type TestBrowser } from "../support/browser.js";
import { sampleInteractions, type Samples } from "../support/sample-interactions.js";
import { startTestStore, type TestStore } from "../support/store.js";
import { insertSamples } from "../support/store-samples.js";
import { startTestServer, type TestServer } from "../support/web-server.js";

describe("the pages in a browser", () => {
  let store: TestStore;
  let server: TestServer;
  let browser: TestBrowser;
  let samples: Samples;

  beforeAll(async () => {
    if (chromiumPath === undefined) {
      process.stderr.write(`The pages are not tested in a browser: ${noBrowser}.\n`);
      return;
    }
    store = await startTestStore();
    samples = sampleInteractions(Date.now());
    await insertSamples(store.client, samples);
    server = await startTestServer({ queries: createInteractionQueries(store.client) });
    browser = await startBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await store?.stop();
  });

  beforeEach(({ skip }) => skip(chromiumPath === undefined, noBrowser));

  async function opened(path: string, from = browser): Promise<Page> {
    const page = await from.context.newPage();
    await page.goto(server.address + path);
    return page;
  }

  it("lists interactions with scores and feedback", async () => {
    const page = await opened("/");
    const rows = page.getByRole("table").getByRole("row");
    expect(await rows.count()).toBe(samples.interactions.length + 1);
    const first = rows.nth(1);
    const text = (await first.innerText()).replaceAll(/\s+/g, " ");
    expect(text).toContain("And does that hold for sale items, too?");
    expect(text).toContain("relevance failed");
    expect(text).toContain("groundedness 0.12 contradicted");
    expect(text).toContain("Thumbs down");
    expect(text).toContain("Asked for a person");
    expect(text).toContain("gpt-4o-mini-2024-07-18");
    await page.close();
  });

  it("leads to one interaction with its conversation, scores, reasons and spans", async () => {
    const page = await opened("/");
    await page.getByRole("link", { name: "And does that hold for sale items, too?" }).click();
    await page.waitForURL("**/interactions/*");
    const region = (name: string) => page.getByRole("region", { name, exact: true });
    expect(await region("Conversation").innerText()).toContain(
      "How long do I have to send something back?",
    );
    const scores = await region("Scores").innerText();
    expect(scores).toContain("JUDGE_UNAVAILABLE: no answer within 20 s");
    expect(scores).toContain("The first document gives 14 days for sale items");
    expect(await region("Feedback").innerText()).toContain("The page on returns says 14 days");

    const trace = region("Trace");
    expect(await trace.locator(".waterfall > li").count()).toBe(6);
    const call = trace.locator("details.generation").first();
    expect(await call.getByText("chatcmpl-a1").isVisible()).toBe(false);
    await call.locator("> summary").focus();
    await page.keyboard.press("Enter");
    expect(await call.getByText("chatcmpl-a1").isVisible()).toBe(true);
    const bars = await trace
      .locator("summary .bar .value")
      .evaluateAll((all) => all.map((bar) => bar.getBoundingClientRect().width));
    expect(bars.every((width) => width > 0)).toBe(true);
    await page.close();
  });

  it("filters by service with the form alone", async () => {
    const page = await opened("/");
    await page.getByRole("combobox", { name: "Service" }).selectOption("helpdesk-bot");
    await page.getByRole("button", { name: "Filter" }).click();
    await page.waitForURL(/service=helpdesk-bot/);
    expect(await page.getByRole("row").count()).toBe(2);
    await page.close();
  });

  it("takes over new rows by itself until it is paused", async () => {
    const page = await browser.context.newPage();
    await page.clock.install();
    await page.goto(server.address);
    await page.getByText("Live", { exact: true }).waitFor();
    const [sample] = samples.interactions as [Samples["interactions"][number]];
    const added = {
      ...sample,
      interaction_id: "added",
      trace_id: "added",
      started_at: Date.now(),
      input_text: "A new question",
    };
    await insertSamples(store.client, { interactions: [added] });
    await page.clock.fastForward(5_100);
    await page.getByText("A new question").waitFor();
    await page.getByRole("button", { name: "Pause" }).click();
    expect(await page.getByText("Paused", { exact: true }).isVisible()).toBe(true);
    await page.close();
  });

  it("shows hostile content as text and runs none of it", async () => {
    const id = samples.interactions[4]?.interaction_id;
    for (const path of ["/", `/interactions/${id}`]) {
      const page = await opened(path);
      expect(await page.getByText('<script>document.title="taken"').first().isVisible()).toBe(true);
      expect(await page.title()).not.toBe("taken");
      expect(await page.locator('a[href^="javascript:"], img[src="x"]').count()).toBe(0);
      await page.close();
    }
  });

  it("works without scripts and on a narrow screen without sideways scrolling", async () => {
    const narrow = await startBrowser({ scripts: false, width: 400, colorScheme: "dark" });
    try {
      for (const path of ["/", `/interactions/${samples.interactions[0]?.interaction_id}`]) {
        const page = await opened(path, narrow);
        expect(await page.getByText("contradicted").first().isVisible()).toBe(true);
        const box = await page.locator("main").boundingBox();
        expect(box?.width).toBeLessThanOrEqual(400);
      }
    } finally {
      await narrow.close();
    }
  });

  it("asks nobody but the server, and complains of nothing", () => {
    const strangers = browser.requests.filter(
      (address) => !address.startsWith(`${server.address}/`),
    );
    expect(browser.requests.length).toBeGreaterThan(10);
    expect(strangers).toEqual([]);
    expect(browser.complaints).toEqual([]);
  });
});
