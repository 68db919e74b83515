import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { chromium, type BrowserContext } from "playwright-core";

const places = [
  process.env["CHROMIUM_PATH"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

/** Chromium's program on this machine, or undefined where there is none. */
export const chromiumPath = places.find((place) => place !== undefined && existsSync(place));

export const noBrowser =
  "no Chromium found on this machine; install the package `chromium` or name it in CHROMIUM_PATH";

export interface TestBrowser {
  readonly context: BrowserContext;
  /** Messages of the console and uncaught errors of every page. */
  readonly complaints: readonly string[];
  /** Addresses that any page asked for. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** A headless browser with a new profile that reaches nothing but what the pages ask for. */
export async function startBrowser(
  options: {
    readonly colorScheme?: "light" | "dark";
    readonly width?: number;
    readonly scripts?: boolean;
  } = {},
): Promise<TestBrowser> {
  const profile = await mkdtemp(path.join(os.tmpdir(), "calibrant-browser-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath ?? "",
    headless: true,
    colorScheme: options.colorScheme ?? "light",
    viewport: { width: options.width ?? 1440, height: 900 },
    javaScriptEnabled: options.scripts ?? true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  const complaints: string[] = [];
  const requests: string[] = [];
  context.on("request", (request) => requests.push(request.url()));
  context.on("console", (message) => complaints.push(message.text()));
  context.on("weberror", (error) => complaints.push(String(error.error())));
  return {
    context,
    complaints,
    requests,
    close: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}
