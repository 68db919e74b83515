import type { CallContent, Redact } from "#instrumentation/index.js";

/** Hooks of redaction that cost the content, and how they do it. */
export const failingHooks: readonly (readonly [string, Redact])[] = [
  [
    "throws",
    () => {
      throw new Error("4111");
    },
  ],
  ["answers nothing", () => undefined as unknown as CallContent],
  ["answers a promise", (content) => Promise.resolve(content) as unknown as CallContent],
  ["leaves everything out", () => ({})],
];
