import { layout, type PageContext } from "./layout.js";
import { html, type Markup } from "./markup.js";

/** A page that says why there is no other. */
export function messagePage(
  context: PageContext,
  content: { readonly title: string; readonly message: string; readonly code: string },
): Markup {
  return layout(context, {
    title: content.title,
    main: html`<div class="empty">
      <h1>${content.title}</h1>
      <p class="text">${content.message}</p>
      <p class="muted">Code <code>${content.code}</code></p>
      <p><a href="/">All interactions</a> · <a href="/readyz">Readiness</a></p>
    </div>`,
  });
}
