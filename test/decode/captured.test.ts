import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { capturedRequests } from "../support/otlp-cases.js";
import { decodeRequests, tracesOf } from "../support/decoded-traces.js";

const cases = fileURLToPath(new URL("../cases/otlp/", import.meta.url));

/** Characters of a value that the summary shows at least. */
const longest = 250;

interface SummarySpan {
  readonly name: string;
  readonly kind: string;
  /** Shortened, as the summary has them. */
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly status: string;
  readonly attributes: Map<string, { readonly type: string; readonly json: string }>;
}

/** How the summary shows the text of an attribute; it shortens long ones. */
function shown(type: string, text: string): string {
  const json = type === "string" ? JSON.stringify(text) : text;
  return json.length > longest ? json.slice(0, longest) : json;
}

/** What a person reads in `summary.txt`: the same requests, described by another program. */
function summarySpans(text: string): SummarySpan[] {
  const spans: SummarySpan[] = [];
  for (const line of text.split("\n")) {
    const span =
      /^SPAN (.*) \[(\w+)\] scope=.* status=(\d).* parent=(\S*) id=(\w+) trace=(\w+)$/.exec(line);
    if (span !== null) {
      const [, name = "", kind = "", status = "", parent = "", spanId = "", traceId = ""] = span;
      const parentSpanId = /^[0-9a-f]+$/.test(parent) ? parent : "";
      spans.push({ name, kind, status, parentSpanId, spanId, traceId, attributes: new Map() });
    }
    const attribute = /^ {4}(\S+) \(([a-z<>]+)\) = (.*)$/.exec(line);
    if (attribute !== null) {
      const [, key = "", type = "", json = ""] = attribute;
      spans.at(-1)?.attributes.set(key, { type, json: json.slice(0, longest) });
    }
  }
  return spans;
}

const statusCodes = ["Unset", "Ok", "Error"];

describe("captured requests hold what their summary says", () => {
  const sources = readdirSync(cases).filter((name) => existsSync(`${cases}${name}/summary.txt`));

  it("finds the summaries", () => {
    expect(sources.length).toBeGreaterThanOrEqual(10);
  });

  it.each(sources)("%s", (source) => {
    const summary = summarySpans(readFileSync(`${cases}${source}/summary.txt`, "utf8"));
    const requests = capturedRequests().filter(({ name }) => name.startsWith(`${source}/`));
    const spans = tracesOf(decodeRequests(requests)).flatMap((trace) => trace.spans);
    const found = summary.map((described) => {
      const matches = spans.filter(
        ({ traceId, spanId, name }) =>
          name === described.name &&
          traceId.startsWith(described.traceId) &&
          spanId.startsWith(described.spanId),
      );
      expect(matches).toHaveLength(1);
      const [match] = matches;
      return {
        ...described,
        kind: match?.kind.toUpperCase(),
        parentSpanId: match?.parentSpanId.slice(0, described.parentSpanId.length),
        status: String(statusCodes.indexOf(match?.statusCode ?? "")),
        attributes: new Map(
          [...(match?.attributes ?? [])].map(([key, text]) => {
            const type = described.attributes.get(key)?.type ?? "missing";
            return [key, { type, json: shown(type, text) }];
          }),
        ),
      };
    });
    expect(summary.length).toBeGreaterThan(0);
    expect(found).toEqual(summary);
    expect(spans).toHaveLength(summary.length);
  });
});
