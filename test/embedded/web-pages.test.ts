import { createServer, request as httpRequest, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { chromiumPath, noBrowser, startBrowser, type TestBrowser } from "../support/browser.js";
import { ask } from "../support/store-http.js";
import { startTestStore, type TestStore } from "../support/store.js";

let store: TestStore;
beforeAll(async () => {
  store = await startTestStore();
});
afterAll(() => store.stop());

/** Its answer is a program that a page runs when it loads it as a script. */
const stealing = `/?query=${encodeURIComponent("SELECT concat('stolen=', toString(41 + 1)) FORMAT TSVRaw")}`;

async function portOf(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

describe("a browser", () => {
  let browser: TestBrowser;

  beforeAll(async () => {
    if (chromiumPath !== undefined) browser = await startBrowser();
    else process.stderr.write(`Web pages are not kept from the store in a test: ${noBrowser}.\n`);
  });
  afterAll(() => browser?.close());
  beforeEach(({ skip }) => skip(chromiumPath === undefined, noBrowser));

  /** What a page of that host gets out of an address that it loads as a script. */
  async function stolenBy(host: string, address: string): Promise<unknown> {
    const html = `<!doctype html><script src="${address}"></script><p>loaded</p>`;
    const port = await portOf((_, response) =>
      response.setHeader("content-type", "text/html").end(html),
    );
    const page = await browser.context.newPage();
    await page.goto(`http://${host}:${port}/`);
    await page.getByText("loaded").waitFor();
    const stolen: unknown = await page.evaluate("globalThis.stolen");
    await page.close();
    return stolen;
  }

  it.each(["localhost", "127.0.0.1"])(
    "runs no answer of the store in a page of %s",
    async (host) => {
      expect(await stolenBy(host, store.url + stealing)).toBeUndefined();
    },
  );

  it("runs none although it does not say where the request comes from", async () => {
    const target = Number(new URL(store.url).port);
    const silent = await portOf((request, response) => {
      const { "sec-fetch-site": _, ...headers } = request.headers;
      const path = request.url ?? "/";
      httpRequest({ host: "127.0.0.1", port: target, path, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(response);
      }).end();
    });
    const address = `http://127.0.0.1:${silent}${stealing}`;
    expect(await (await fetch(address)).text()).toBe("stolen=42\n");
    expect(await stolenBy("localhost", address)).toBeUndefined();
    expect(await stolenBy("127.0.0.1", address)).toBeUndefined();
  });

  it("shows an answer to who types the address", async () => {
    const page = await browser.context.newPage();
    await page.goto(`${store.url}/?query=SELECT%2042%20AS%20a%20FORMAT%20JSON`);
    expect(await page.locator("body").innerText()).toContain('"a": 42');
    await page.close();
  });
});

describe("the store", () => {
  it("answers programs, typed addresses and its own pages, but no page of another address", async () => {
    const sent = async (site: string, path: string): Promise<number> => {
      const headers = { "Sec-Fetch-Site": site };
      return (await ask(store.url, { method: "GET", path, headers })).status;
    };
    expect((await ask(store.url, { method: "GET", path: stealing })).status).toBe(200);
    for (const path of [stealing, "/ping", "/elsewhere"]) {
      expect([await sent("none", path), await sent("same-origin", path)]).not.toContain(403);
      for (const site of ["same-site", "cross-site", "", "None", "none, none"])
        expect([site, await sent(site, path)]).toEqual([site, 403]);
    }
  });

  it("tells browsers not to use any answer elsewhere, nor as anything else", async () => {
    for (const path of [stealing, "/ping", "/elsewhere", "/?query=SELECT", "/?query="]) {
      const { headers } = await ask(store.url, { method: "GET", path });
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["cross-origin-resource-policy"]).toBe("same-origin");
    }
  });
});
