import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const built = new URL("../../instrumentation/dist/", import.meta.url);

export interface FeedbackPage {
  /** The page's origin, which is not the service's. */
  readonly origin: string;
  /** The address of a page with one message and this script; a module, unless it is classic. */
  address(script: string, classic?: boolean): string;
  close(): Promise<void>;
}

/** A site with a chat's answer on it, and with the browser build of the instrumentation. */
export async function serveFeedbackPage(): Promise<FeedbackPage> {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://page");
    if (pathname.endsWith(".js")) {
      response.writeHead(200, { "content-type": "text/javascript" });
      response.end(readFileSync(new URL(`.${pathname}`, built)));
      return;
    }
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
    response.end(pageOf(searchParams.get("script") ?? "", searchParams.has("classic")));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  return {
    origin,
    address: (script, classic = false) => {
      const parameters = new URLSearchParams({ script, ...(classic ? { classic: "" } : {}) });
      return `${origin}/?${parameters.toString()}`;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function pageOf(script: string, classic: boolean): string {
  const start = `const message = document.querySelector("#message");\n${script}`;
  const scripts = classic
    ? `<script src="/browser.global.js"></script>\n<script>const { attachFeedback } = CalibrantFeedback;\n${start}</script>`
    : `<script type="module">import { attachFeedback } from "/browser.js";\n${start}</script>`;
  return `<!doctype html><html lang="en"><title>Chat</title><link rel="icon" href="data:,">
<div id="message"><p>You have thirty days.</p><textarea aria-label="Draft">Dear customer</textarea>
<button data-feedback="retry">Again</button></div><input aria-label="Question">${scripts}</html>`;
}
