import { html } from "hono/html";

/** Escaped HTML. Whatever is put into a template is escaped, unless it came out of one. */
export type Markup = ReturnType<typeof html>;

export { html };
