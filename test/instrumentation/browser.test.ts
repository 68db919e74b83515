import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { createNoopMeter } from "@opentelemetry/api";
import * as fc from "fast-check";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { editDistance } from "#instrumentation/browser/edit-distance.js";
import { createFeedbackToken } from "#instrumentation/index.js";
import { createAdmission } from "#processor/admission/admission.js";
import { feedbackConfig } from "#processor/feedback/feedback-config.js";
import { createFeedbackDoor } from "#processor/feedback/feedback.js";
import { systemClock } from "#processor/kernel/clock.js";
import { testKey } from "../support/api-keys.js";
import { chromiumPath, noBrowser, startBrowser, type TestBrowser } from "../support/browser.js";
import { serveFeedbackPage, type FeedbackPage } from "../support/feedback-page.js";
import { until } from "../support/until.js";
import { startTestServer, type TestServer } from "../support/web-server.js";

const secret = "a secret of at least thirty-two characters";
const interactionId = `${"a".repeat(32)}-${"b".repeat(16)}`;

interface Row {
  readonly feedback_id: string;
  readonly kind: string;
  readonly value: number | null;
  readonly comment: string;
  readonly interaction_id: string;
  readonly source: string;
}

describe("@calibrant/instrumentation/browser", () => {
  it.each(["browser.js", "browser.global.js"])("%s is smaller than 4 kB", (name) => {
    const file = readFileSync(new URL(`../../instrumentation/dist/${name}`, import.meta.url));
    expect(file.toString()).not.toMatch(/\bimport\b|\brequire\b/);
    expect(gzipSync(file, { level: 9 }).length).toBeLessThan(4_000);
  });

  it("measures how much of a text was changed", () => {
    expect(editDistance("", "")).toBe(0);
    expect(editDistance("kitten", "sitting")).toBeCloseTo(3 / 7);
    expect(editDistance("abc", "")).toBe(1);
    expect(editDistance("a".repeat(10_000), "b".repeat(10_000))).toBe(1);
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        const distance = editDistance(one, other);
        expect(distance).toBeGreaterThanOrEqual(one === other ? 0 : Number.MIN_VALUE);
        expect(distance).toBeLessThanOrEqual(one === other ? 0 : 1);
        expect(editDistance(other, one)).toBe(distance);
      }),
    );
  });
});

describe("a page in a browser", () => {
  let browser: TestBrowser;
  let site: FeedbackPage;
  let service: TestServer;
  let rows: Row[] = [];
  let attach: string;
  let page: Page;

  beforeAll(async () => {
    if (chromiumPath === undefined) {
      process.stderr.write(`Feedback is not tested in a browser: ${noBrowser}.\n`);
      return;
    }
    site = await serveFeedbackPage();
    const meter = createNoopMeter();
    const config = feedbackConfig.parse({
      allowed_origins: [site.origin],
      tokens: { secrets: [secret] },
      rates: { per_address: 1_000, per_interaction: 1_000 },
    });
    const intake = {
      append: (blocks: readonly { readonly bytes: Uint8Array }[]) => {
        for (const { bytes } of blocks) {
          const lines = Buffer.from(bytes).toString().trimEnd().split("\n");
          rows.push(...lines.map((line) => JSON.parse(line) as Row));
        }
        return Promise.resolve();
      },
    };
    service = await startTestServer({
      admission: createAdmission({ keys: [testKey("feedback").entry], meter }),
      feedback: createFeedbackDoor({ config, clock: systemClock, intake, meter }),
    });
    attach = attachScript({});
    browser = await startBrowser();
  });

  beforeEach(async ({ skip }) => {
    skip(chromiumPath === undefined, noBrowser);
    page = await browser.context.newPage();
    // Every page of a test starts without what those before it have left.
    await page.goto(site.origin);
    await page.evaluate("localStorage.clear()");
    rows = [];
  });

  afterEach(async () => {
    await browser?.context.setOffline(false);
    await page?.close();
  });

  afterAll(async () => {
    await browser?.close();
    await service?.stop();
    await site?.close();
  });

  function attachScript(options: object, token = createFeedbackToken({ secret, interactionId })) {
    const given = { url: service.address, token, interactionId, ...options };
    return `globalThis.handle = attachFeedback(message, ${JSON.stringify(given)});`;
  }

  function received(kind: string): Promise<Row> {
    return until(`${kind} to arrive`, () => rows.findLast((row) => row.kind === kind));
  }

  const waiting = (): Promise<{ event: { kind: string } }[]> =>
    page.evaluate(`JSON.parse(localStorage.getItem("calibrant.feedback") ?? "[]")`);

  it("sends thumbs that keyboards and screen readers can use; a new choice replaces the old", async () => {
    await page.goto(site.address(attachScript({ thumbs: true })));
    const group = page.getByRole("group", { name: "Rate this answer" });
    await group.getByRole("button", { name: "Helpful", exact: true }).focus();
    await page.keyboard.press("Enter");
    const first = await received("thumbs");
    expect(first).toMatchObject({ value: 1, interaction_id: interactionId, source: "browser" });
    const down = group.getByRole("button", { name: "Not helpful" });
    await down.click();
    const second = await until("the other", () => rows.find(({ value }) => value === -1));
    expect(second.feedback_id).toBe(first.feedback_id);
    expect(await down.getAttribute("aria-pressed")).toBe("true");
    expect(await group.locator('[aria-pressed="true"]').count()).toBe(1);
    expect(await waiting()).toEqual([]);
  });

  it("notices copies, edits and retries, and sends how much, not what", async () => {
    await page.goto(site.address(attach));
    await page.getByText("You have thirty days.").click({ clickCount: 3 });
    await page.keyboard.press("Control+C");
    await page.getByRole("textbox", { name: "Draft" }).fill("Dear customers");
    await page.getByRole("textbox", { name: "Question" }).focus();
    await page.getByRole("button", { name: "Again" }).click();
    await received("retry");
    expect(rows.map(({ kind, value, comment }) => [kind, value, comment])).toEqual([
      ["copy", expect.closeTo(21, -1), ""],
      ["edit", expect.closeTo(1 / 14), ""],
      ["retry", null, ""],
    ]);
  });

  it("sends what was copied where that is asked for, and all that a page says itself", async () => {
    await page.goto(site.address(attachScript({ content: true }), true));
    await page.evaluate(`
      handle.copied("thirty days");
      handle.rating(4, 5, "nearly");
      handle.comment("first");
      handle.comment("second");
      handle.choice("too long");
      handle.correction("It is 14 days.");
      handle.followedUp();
      handle.comment("x".repeat(9000));
    `);
    await received("follow_up");
    expect(rows.map(({ kind, comment }) => [kind, comment])).toEqual([
      ["copy", "thirty days"],
      ["rating", "nearly"],
      ["comment", "first"],
      ["comment", "second"],
      ["choice", ""],
      ["correction", "It is 14 days."],
      ["follow_up", ""],
    ]);
    await until("the refused one to be dropped", async () => (await waiting()).length === 0);
  });

  it("tells when it is left without a word, and for how long the answer was in sight", async () => {
    await page.goto(site.address(attach));
    await page.evaluate("new Promise((seen) => setTimeout(seen, 150))");
    await page.goto("about:blank");
    await received("abandon");
    expect((await received("dwell")).value).toBeGreaterThan(99);
    expect(rows).toHaveLength(2);
  });

  it("does not call an answer abandoned that something was said about, or that another followed", async () => {
    const quiet = attachScript({ signals: ["abandon"] });
    await page.goto(site.address(quiet));
    await page.evaluate("handle.thumbs(1)");
    await page.goto(
      site.address(
        `${quiet}\nattachFeedback(document.body, { url: "${service.address}", traceId: "x", signals: [] });`,
      ),
    );
    await page.goto("about:blank");
    await received("thumbs");
    expect(rows.map(({ kind }) => kind)).toEqual(["thumbs"]);
  });

  it("keeps what it cannot send, over pages, and sends it when it is online again", async () => {
    await page.goto(site.address(attach));
    await browser.context.setOffline(true);
    await page.evaluate(`handle.thumbs(-1, "offline")`);
    await until("it to wait", async () => (await waiting()).length === 1);
    expect(rows).toEqual([]);
    await page.close();
    await browser.context.setOffline(false);
    page = await browser.context.newPage();
    await page.goto(site.address(attachScript({ signals: [] })));
    expect(await received("thumbs")).toMatchObject({ value: -1, comment: "offline" });
    await until("nothing to wait", async () => (await waiting()).length === 0);
    // A request that a closing page has begun may arrive as well: by its id it is the same event.
    const ids = rows.filter(({ comment }) => comment === "offline").map((row) => row.feedback_id);
    expect(new Set(ids).size).toBe(1);
  });

  it("holds a hundred events at most", async () => {
    await page.goto(site.address(attach));
    await browser.context.setOffline(true);
    await page.evaluate(`for (let n = 0; n < 120; n++) handle.comment("c" + n)`);
    const events = await waiting();
    expect(events).toHaveLength(100);
    expect(events.at(-1)?.event).toMatchObject({ kind: "comment", comment: "c119" });
  });

  it("sends more than browsers let outlive a page", async () => {
    await page.goto(site.address(attach));
    await page.evaluate(`for (let n = 0; n < 20; n++) handle.comment("c".repeat(8000) + n)`);
    await until("nothing to wait", async () => (await waiting()).length === 0);
    expect(rows.filter(({ kind }) => kind === "comment")).toHaveLength(20);
  });

  it("drops what the service refuses, and sends what waits beside it", async () => {
    const expired = createFeedbackToken({ secret, interactionId, lifetime: -1 });
    const script = `${attachScript({ signals: [] }, expired)}\nhandle.retried();\n${attachScript({ signals: [] })}\nhandle.thumbs(1);`;
    await page.goto(site.address(script));
    await received("thumbs");
    await until("nothing to wait", async () => (await waiting()).length === 0);
    expect(rows.map(({ kind }) => kind)).toEqual(["thumbs"]);
  });

  it("works where storage is switched off, and never fails a page", async () => {
    await page.addInitScript(`
      for (const name of ["localStorage", "sessionStorage"])
        Object.defineProperty(globalThis, name, { get() { throw new Error("off"); } });
      globalThis.IntersectionObserver = undefined;
      globalThis.failed = [];
      addEventListener("error", ({ message }) => failed.push(message));
      addEventListener("unhandledrejection", ({ reason }) => failed.push(String(reason)));
    `);
    const script = `attachFeedback(null, {}).thumbs(1);
      attachFeedback(message, { url: "::", interactionId: "x" }).comment("c");
      ${attach}`;
    await page.goto(site.address(script));
    await page.evaluate("handle.thumbs(1)");
    await received("thumbs");
    expect(await page.evaluate("failed")).toEqual([]);
  });

  it("takes everything away again", async () => {
    await page.goto(site.address(attachScript({ thumbs: true })));
    await page.evaluate("handle.detach()");
    expect(await page.getByRole("group").count()).toBe(0);
    await page.getByRole("button", { name: "Again" }).click();
    await page.evaluate(`handle.comment("end")`);
    await received("comment");
    expect(rows.map(({ kind }) => kind)).not.toContain("retry");
  });

  it("is refused on an origin that is not listed, without harm to the page", async () => {
    const other = await serveFeedbackPage();
    await page.goto(other.address(attach));
    const refused = page.waitForEvent("requestfailed");
    await page.evaluate("handle.thumbs(1)");
    expect((await refused).url()).toBe(`${service.address}/v1/feedback`);
    expect(await page.title()).toBe("Chat");
    expect(rows).toEqual([]);
    await other.close();
  });
});
