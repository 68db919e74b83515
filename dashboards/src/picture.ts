import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import type { DashboardJson } from "./dashboard-json.js";
import { drawPage, pageWidth } from "./preview/draw-page.js";
import { loadDashboard } from "./preview/load-dashboard.js";
import { readDuration } from "./preview/units.js";
import { httpRunner } from "./query-result.js";

const usage = `Draws the dashboard from its file with what its queries give.

  npm run -w dashboards picture -- --url URL --out FILE.html [--png FILE.png] [--since 6h]

  --url    the store's ClickHouse HTTP endpoint, such as http://127.0.0.1:8123
  --out    the page to write
  --png    a picture of the page; needs Chromium (CHROMIUM_PATH or /usr/bin/chromium)
  --since  how far back: a number with s, m, h or d (6h)

A user other than "default" and a password come from CLICKHOUSE_USER and CLICKHOUSE_PASSWORD.
`;

const { values } = parseArgs({
  options: {
    url: { type: "string" },
    out: { type: "string" },
    png: { type: "string" },
    since: { type: "string", default: "6h" },
    help: { type: "boolean", default: false },
  },
});
/** Paths are those of the folder in which npm was called, not of the package. */
const fromCaller = (path: string): string => resolve(process.env["INIT_CWD"] ?? ".", path);
const since = readDuration(values.since);

if (values.help || values.url === undefined || values.out === undefined || since === undefined) {
  process.stderr.write(usage);
  process.exitCode = values.help ? 0 : 2;
} else {
  const store = httpRunner(values.url, {
    user: process.env["CLICKHOUSE_USER"] ?? "default",
    password: process.env["CLICKHOUSE_PASSWORD"] ?? "",
  });
  const file = new URL("../json/quality-overview.json", import.meta.url);
  const dashboard = JSON.parse(readFileSync(file, "utf8")) as DashboardJson;
  const to = Date.now();
  const loaded = await loadDashboard(dashboard, store, { from: to - since * 1000, to });
  const page = fromCaller(values.out);
  writeFileSync(page, drawPage(loaded));
  process.stdout.write(`${page}\n`);
  if (values.png !== undefined) await photograph(page, fromCaller(values.png));
}

/** Opens the page in Chromium and keeps a picture of all of it. */
async function photograph(page: string, picture: string): Promise<void> {
  const { chromium } = await import("playwright-core");
  const browser = await chromium.launch({
    executablePath: process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium",
    args: ["--no-sandbox"],
  });
  try {
    const tab = await browser.newPage({ viewport: { width: pageWidth, height: 900 } });
    await tab.goto(pathToFileURL(page).href);
    await tab.screenshot({ path: picture, fullPage: true });
    process.stdout.write(`${picture}\n`);
  } finally {
    await browser.close();
  }
}
