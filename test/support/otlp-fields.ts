import { logsRequestType, traceRequestType } from "./otlp-messages.js";
import { toOtlpJson } from "./otlp-json.js";
import { sampleTime } from "./otlp-samples.js";

/** An attribute of each kind that can hold a text, and one whose name does. */
function attributes(place: string): object[] {
  const text = (field: string): { stringValue: string } => ({ stringValue: `{${place}.${field}}` });
  return [
    { key: `a.{${place}.name}.z`, value: { stringValue: "x" } },
    { key: "text", value: text("text") },
    { key: "json", value: { stringValue: `[{"role":"user","content":"\\n{${place}.json}\\t"}]` } },
    { key: "cut", value: { stringValue: `[{"content":"hello\\n{${place}.cut}` } },
    { key: "array", value: { arrayValue: { values: [{ intValue: "7" }, text("array")] } } },
    {
      key: "map",
      value: {
        kvlistValue: {
          values: [
            { key: `{${place}.map-name}`, value: { boolValue: true } },
            { key: "deep", value: { arrayValue: { values: [text("map")] } } },
          ],
        },
      },
    },
    { key: "bytes", value: { bytesValue: Buffer.from(`{${place}.bytes}`) } },
    {
      key: "inner-bytes",
      value: { arrayValue: { values: [{ bytesValue: Buffer.from(`{${place}.inner-bytes}`) }] } },
    },
  ];
}

const identity = { traceId: Buffer.alloc(16, 10), spanId: Buffer.alloc(8, 11) };
const resource = {
  attributes: [
    { key: "service.name", value: { stringValue: "{service name}" } },
    ...attributes("resource"),
  ],
};
const scope = {
  name: "{scope name}",
  version: "{scope version}",
  attributes: attributes("scope"),
};

const traces = {
  resourceSpans: [
    {
      resource,
      schemaUrl: "{resource schema}",
      scopeSpans: [
        {
          scope,
          schemaUrl: "{scope schema}",
          spans: [
            {
              ...identity,
              traceState: "v={trace state}",
              name: "{span name}",
              startTimeUnixNano: sampleTime,
              endTimeUnixNano: sampleTime,
              attributes: attributes("span"),
              events: [{ name: "{event name}", attributes: attributes("event") }],
              links: [
                {
                  ...identity,
                  traceState: "v={link trace state}",
                  attributes: attributes("link"),
                },
              ],
              status: { code: 2, message: "{status message}" },
            },
          ],
        },
      ],
    },
  ],
};

const logs = {
  resourceLogs: [
    {
      resource,
      schemaUrl: "{resource schema}",
      scopeLogs: [
        {
          scope,
          schemaUrl: "{scope schema}",
          logRecords: [
            {
              ...identity,
              timeUnixNano: sampleTime,
              severityText: "{severity text}",
              eventName: "{log event name}",
              body: { stringValue: "{body}" },
              attributes: attributes("log"),
            },
            {
              timeUnixNano: sampleTime,
              body: {
                kvlistValue: { values: [{ key: "m", value: { stringValue: "{body map}" } }] },
              },
            },
          ],
        },
      ],
    },
  ],
};

const templates = {
  traces: { request: traces, type: traceRequestType },
  logs: { request: logs, type: logsRequestType },
} as const;
const placePattern = /\{([^{}"[\]:]+)\}/g;

/** Every place of a request that can hold a text. */
export function textPlaces(signal: keyof typeof templates): string[] {
  const found: string[] = [];
  mapTexts(templates[signal].request, (text) => {
    found.push(...[...text.matchAll(placePattern)].map(([, place = ""]) => place));
    return text;
  });
  return found;
}

/** A request with a text at that place, or at all, and the names of the other places there. */
export function requestWith(
  signal: keyof typeof templates,
  place: string | undefined,
  text: string,
): { readonly protobuf: Uint8Array; readonly json: Uint8Array } {
  const { request, type } = templates[signal];
  const filled = mapTexts(request, (template) =>
    template.replaceAll(placePattern, (_, name: string) =>
      place === undefined || name === place ? text : name,
    ),
  ) as Record<string, unknown>;
  return {
    protobuf: type.encode(type.fromObject(filled)).finish(),
    json: Buffer.from(toOtlpJson(filled, 1)),
  };
}

function mapTexts(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === "string") return map(value);
  if (value instanceof Uint8Array) {
    const text = Buffer.from(value).toString();
    return text.startsWith("{") ? Buffer.from(map(text)) : value;
  }
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, map));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, map)]));
}
