import type { Block } from "#processor/model/block.js";

/** One line of JSON with an identifier that a test finds again. */
export function feedbackBlock(...ids: readonly (string | number)[]): Block {
  return {
    table: "calibrant.feedback",
    format: "JSONEachRow",
    day: "2026-11-24",
    rows: ids.length,
    bytes: Buffer.from(ids.map((id) => `{"feedback_id":"${id}"}\n`).join("")),
  };
}

/** Bytes that stand for a Native block; the spool does not look into them. */
export function nativeBlock(content: string | Uint8Array, day = "2026-11-24", rows = 1): Block {
  return {
    table: "otel.otel_traces",
    format: "Native",
    day,
    rows,
    bytes: typeof content === "string" ? Buffer.from(content) : content,
  };
}

/** The identifiers in the lines of blocks. */
export function idsOf(blocks: readonly { readonly bytes: Uint8Array }[]): string[] {
  return blocks.flatMap(({ bytes }) =>
    [
      ...Buffer.from(bytes)
        .toString()
        .matchAll(/"feedback_id":"([^"]*)"/g),
    ].map((match) => match[1] ?? ""),
  );
}
