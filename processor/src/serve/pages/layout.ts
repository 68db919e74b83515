import type { Assets } from "../assets.js";
import { html, type Markup } from "./markup.js";

/** What every page knows. */
export interface PageContext {
  readonly assets: Assets;
  readonly version: string;
}

export interface PageParts {
  readonly title: string;
  readonly main: Markup;
  /** Address of the same content as JSON, where there is one. */
  readonly data?: string;
  /** Whether the page refreshes itself where scripts run. */
  readonly live?: boolean;
}

/** A whole document around the main part of a page. */
export function layout(context: PageContext, parts: PageParts): Markup {
  const { assets, version } = context;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${parts.title} · Calibrant</title>
        <link rel="icon" href="${assets["icon.svg"].href}" type="image/svg+xml" />
        <link rel="stylesheet" href="${assets["style.css"].href}" />
        ${parts.live ? html`<script src="${assets["live.js"].href}" defer></script>` : ""}
      </head>
      <body>
        <a class="skip" href="#main">Skip to content</a>
        <header class="site">
          <a class="brand" href="/"
            ><img src="${assets["icon.svg"].href}" alt="" width="22" height="22" />Calibrant</a
          >
          <nav aria-label="Pages"><a href="/">Interactions</a></nav>
        </header>
        <main id="main">${parts.main}</main>
        <footer class="site">
          <span>Calibrant ${version}</span>
          <nav aria-label="Service">
            ${parts.data === undefined ? "" : html`<a href="${parts.data}">This page as JSON</a>`}
            <a href="/readyz">Readiness</a>
            <a href="/metrics">Metrics</a>
          </nav>
        </footer>
      </body>
    </html>`;
}
