import { describe, expect, it } from "vitest";
import type { DecodedRequest } from "#processor/model/ports.js";
import { nativeRows } from "../support/native-block.js";
import { requestWith, textPlaces } from "../support/otlp-fields.js";
import { jsonRequest, sampleSpan, wireRequest } from "../support/otlp-samples.js";
import { allPresets, canaries, decoderWith, redactor, redactorWith } from "../support/redaction.js";

const signals = ["traces", "logs"] as const;
type Signal = (typeof signals)[number];
const decoder = decoderWith(redactor());

function storedBytes({ blocks }: DecodedRequest): Buffer {
  return Buffer.concat(blocks.map(({ bytes }) => bytes));
}

/** Whether a text is in bytes, as it is or in base64 at any offset of it. */
function holds(bytes: Buffer, text: string): boolean {
  const shifted = [0, 1, 2].map((shift) =>
    Buffer.from(" ".repeat(shift) + text)
      .toString("base64")
      .slice(4, -4),
  );
  return [text, ...shifted].some((form) => bytes.includes(form));
}

function labelled(bytes: Buffer, preset: string): boolean {
  const label = `[${preset}]`;
  return bytes.includes(label) || bytes.includes(Buffer.from(label).toString("base64"));
}

/** What went wrong with a secret at one place; empty when it was replaced there. */
function problems(preset: keyof typeof canaries, signal: Signal, place: string): string[] {
  const secret = canaries[preset];
  const request = requestWith(signal, place, secret);
  return (["protobuf", "json"] as const).flatMap((encoding) => {
    const decoded = decoder[signal](request[encoding], encoding);
    const stored = storedBytes(decoded);
    // The table of traces has no column for schema URLs and the scope's attributes.
    const kept = signal === "logs" || !/schema$|^scope\./.test(place);
    const found: string[] = [];
    if (!Buffer.from(request[encoding]).toString("latin1").includes(secret)) {
      if (!place.endsWith("bytes")) found.push("was not sent");
    }
    if (decoded.rejected !== 0) found.push("was rejected");
    if (holds(stored, secret)) found.push("was stored");
    if (labelled(stored, preset) !== kept) found.push("has no label");
    return found.map((problem) => `${preset} in ${place} of ${signal} (${encoding}) ${problem}`);
  });
}

describe("a secret in any field", () => {
  it("has all fields to try", () => {
    expect(textPlaces("traces").length).toBeGreaterThan(45);
    expect(textPlaces("logs").length).toBeGreaterThan(30);
  });

  it.each(allPresets)("is not stored: %s", (preset) => {
    const found = signals.flatMap((signal) =>
      textPlaces(signal).flatMap((place) => problems(preset, signal, place)),
    );
    expect(found).toEqual([]);
  });

  it("is not stored as a number either, and JSON stays JSON", () => {
    const card = "4111111111111111";
    const attributes = [
      { key: "int", value: { intValue: card } },
      { key: "double", value: { doubleValue: Number(card) } },
      { key: "array", value: { arrayValue: { values: [{ intValue: card }, { intValue: "5" }] } } },
      { key: "time", value: { intValue: "1795478400000000000" } },
    ];
    for (const [body, encoding] of [
      [wireRequest({ attributes }), "protobuf"],
      [Buffer.from(JSON.stringify(jsonRequest({ attributes }))), "json"],
    ] as const) {
      const [row] = nativeRows(storedBytes(decoder.traces(body, encoding)));
      expect(row?.["SpanAttributes"]).toEqual([
        ["int", "[card_number]"],
        ["double", "[card_number]"],
        ["array", '["[card_number]",5]'],
        ["time", "1795478400000000000"],
      ]);
    }
  });
});

/** The keys of a map column. */
function names(map: unknown): string[] {
  return (map as [string, string][]).map(([key]) => key);
}

describe("attributes by name", () => {
  const attributes = ["service.name", "gen_ai.request.model", "http.header.cookie", "user.id"].map(
    (key) => ({ key, value: { stringValue: key } }),
  );
  const everywhere = {
    resourceSpans: [
      {
        resource: { attributes },
        scopeSpans: [
          {
            scope: { attributes },
            spans: [
              {
                ...sampleSpan,
                attributes,
                events: [{ name: "e", attributes }],
                links: [{ traceId: "0af7651916cd43dd8448eb211c80319c", attributes }],
              },
            ],
          },
        ],
      },
    ],
  };

  async function kept(rules: { allow?: string[]; deny?: string[] }): Promise<string[]> {
    const { redactor: made, metrics } = redactorWith({ attributes: rules });
    const decoded = decoderWith(made).traces(Buffer.from(JSON.stringify(everywhere)), "json");
    const [row] = nativeRows(storedBytes(decoded));
    const span = names(row?.["SpanAttributes"]);
    expect(names(row?.["ResourceAttributes"])).toEqual(span);
    expect(((row?.["Events.Attributes"] ?? []) as unknown[]).map(names)).toEqual([span]);
    expect(((row?.["Links.Attributes"] ?? []) as unknown[]).map(names)).toEqual([span]);
    expect(row?.["ServiceName"]).toBe("service.name");
    // The scope's attributes have no column in this table, and go the same way.
    expect(await metrics.value("calibrant.redact.dropped_attributes")).toBe(
      5 * (attributes.length - span.length),
    );
    return span;
  }

  it("are dropped by deny, wherever they stand", async () => {
    expect(await kept({ deny: ["http.*", "*.id"] })).toEqual([
      "service.name",
      "gen_ai.request.model",
    ]);
  });

  it("are dropped unless allow names them, and deny wins", async () => {
    expect(await kept({ allow: ["gen_ai.*", "user.*"] })).toEqual([
      "service.name",
      "gen_ai.request.model",
      "user.id",
    ]);
    expect(await kept({ allow: ["*"], deny: ["user.id", "g*i.*.mo*l"] })).toEqual([
      "service.name",
      "http.header.cookie",
    ]);
  });

  it("keep service.name, whatever the rules say", async () => {
    expect(await kept({ deny: ["*"] })).toEqual(["service.name"]);
  });
});

describe("rules at work", () => {
  it("are counted by rule and by part, without the content", async () => {
    const { redactor: made, metrics } = redactorWith({
      patterns: ["email", "card_number", { name: "employee", pattern: "EMP-[0-9]{6}" }],
    });
    const name = "a@b.example and c@d.example by EMP-123456";
    decoderWith(made).traces(wireRequest({ name }, { name: "EMP-654321" }), "protobuf");
    const count = (rule: string): Promise<number> =>
      metrics.value("calibrant.redact.replacements", { rule });
    expect(await count("email")).toBe(2);
    expect(await count("employee")).toBe(2);
    expect(await count("card_number")).toBe(0);
    expect(await metrics.value("calibrant.redact.replacements")).toBe(4);
  });

  it("are not there without settings", () => {
    expect(redactorWith({}).redactor).toBeUndefined();
    expect(redactorWith({ attributes: { deny: [] }, patterns: [] }).redactor).toBeUndefined();
  });
});
