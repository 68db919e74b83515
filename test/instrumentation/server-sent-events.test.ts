import { array, assert, integer, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { ServerSentEventParser } from "#instrumentation/server-sent-events.js";

const text = [
  ": a comment\n\n",
  "data: one\n\n",
  "event: named\r\ndata:two\r\ndata:  lines\r\n\r\n",
  "id: 7\rdata: three\r\r",
  "event: without data\n\n",
  "data\n\n",
].join("");

const events = [
  { name: "", data: "one" },
  { name: "named", data: "two\n lines" },
  { name: "", data: "three" },
  { name: "", data: "" },
];

describe("server-sent events", () => {
  it("are the same wherever the text is cut", () => {
    const cuts = array(integer({ min: 0, max: text.length }), { maxLength: 12 });
    assert(
      property(cuts, (places) => {
        const bounds = [0, ...places.toSorted((a, b) => a - b), text.length];
        const parser = new ServerSentEventParser();
        const found = bounds.flatMap((bound, at) =>
          parser.add(text.slice(bounds[at - 1] ?? 0, bound)),
        );
        expect(found).toEqual(events);
      }),
    );
  });

  it("survive any text", () => {
    assert(
      property(array(string()), (pieces) => {
        const parser = new ServerSentEventParser();
        const found = pieces.flatMap((piece) => parser.add(piece));
        expect(found.every(({ data }) => typeof data === "string")).toBe(true);
      }),
    );
  });

  it("of a size beyond reason cost no memory and do not end the stream", () => {
    const parser = new ServerSentEventParser();
    parser.add(`data: ${"x".repeat(5 * 1024 * 1024)}`);
    expect(parser.add("\n\ndata: next\n\n").at(-1)).toEqual({ name: "", data: "next" });
  });
});
