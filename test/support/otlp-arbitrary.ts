import * as fc from "fast-check";

/** Messages in the form that protobufjs encodes: 64-bit numbers as text, identifiers as bytes. */
export interface GeneratedRequest {
  readonly [field: string]: unknown;
}

const text = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: "grapheme", maxLength: 20 }) },
  {
    weight: 1,
    arbitrary: fc.string({ unit: "binary", maxLength: 80 }).map((s) => Buffer.from(s).toString()),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "",
      '\u2028<&>"\\\u0000\u001f\u007f\n\t',
      "ü".repeat(40),
      "a".repeat(300),
    ),
  },
);
const key = fc.oneof(
  fc.constantFrom("service.name", "gen_ai.request.model", "__proto__", "constructor", "", "a", "b"),
  text,
);
const int64 = fc
  .oneof(
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.bigInt({ min: -1000n, max: 1000n }),
    fc.constantFrom(0n, -1n, 2n ** 32n, -(2n ** 32n), 2n ** 53n + 1n, -(2n ** 63n)),
  )
  .map(String);
const double = fc.oneof(
  fc.double(),
  fc.constantFrom(0, -0, 1e21, 1e-7, 123456789012345680000, Number.NaN, -Infinity, 5e-324),
);

const { value } = fc.letrec<{ value: object }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constant({}),
    text.map((stringValue) => ({ stringValue })),
    fc.boolean().map((boolValue) => ({ boolValue })),
    int64.map((intValue) => ({ intValue })),
    double.map((doubleValue) => ({ doubleValue })),
    fc.uint8Array({ maxLength: 20 }).map((bytesValue) => ({ bytesValue })),
    fc.array(tie("value"), { maxLength: 4 }).map((values) => ({ arrayValue: { values } })),
    fc
      .array(fc.record({ key, value: tie("value") }), { maxLength: 4 })
      .map((values) => ({ kvlistValue: { values } })),
  ),
}));
const attributes = fc.array(fc.record({ key, value }, { requiredKeys: ["key"] }), { maxLength: 8 });

const identifier = (size: number) =>
  fc
    .uint8Array({ minLength: size, maxLength: size })
    .map((bytes) => (bytes.every((byte) => byte === 0) ? bytes.fill(1) : bytes));
const absent = fc.constantFrom(new Uint8Array(0), new Uint8Array(8));
/** Mostly within two days, now and then anywhere that the tables can hold. */
const time = fc
  .oneof(
    {
      weight: 9,
      arbitrary: fc.bigInt({ min: 1_700_000_000_000_000_000n, max: 1_700_150_000_000_000_000n }),
    },
    { weight: 1, arbitrary: fc.bigInt({ min: 1n, max: 2n ** 32n * 1_000_000_000n - 1n }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(86_400_000_000_000n * 20_000n, 86_400_000_000_000n * 20_000n - 1n),
    },
  )
  .map(String);

const event = fc.record(
  { timeUnixNano: time, name: text, attributes, droppedAttributesCount: fc.nat(9) },
  { requiredKeys: [] },
);
const link = fc.record(
  {
    traceId: fc.oneof(identifier(16), fc.constant(new Uint8Array(16))),
    spanId: identifier(8),
    traceState: text,
    attributes,
    flags: fc.nat(),
  },
  { requiredKeys: [] },
);
const span = fc.record(
  {
    traceId: identifier(16),
    spanId: identifier(8),
    parentSpanId: fc.oneof(identifier(8), absent),
    traceState: text,
    name: text,
    kind: fc.nat(6),
    startTimeUnixNano: time,
    endTimeUnixNano: time,
    attributes,
    droppedAttributesCount: fc.nat(9),
    events: fc.array(event, { maxLength: 3 }),
    links: fc.array(link, { maxLength: 3 }),
    status: fc.record({ code: fc.nat(3), message: text }, { requiredKeys: [] }),
    flags: fc.nat(),
  },
  { requiredKeys: ["traceId", "spanId", "startTimeUnixNano"] },
);
const record = fc.record(
  {
    timeUnixNano: fc.oneof(time, fc.constant("0")),
    observedTimeUnixNano: fc.oneof(time, fc.constant("0")),
    severityNumber: fc.nat(24),
    severityText: text,
    body: value,
    attributes,
    flags: fc.nat(),
    traceId: fc.oneof(identifier(16), fc.constant(new Uint8Array(16))),
    spanId: fc.oneof(identifier(8), absent),
    eventName: text,
  },
  { requiredKeys: [] },
);

const resource = fc.record({ attributes }, { requiredKeys: [] });
const scope = fc.record({ name: text, version: text, attributes }, { requiredKeys: [] });

function request(
  [resources, scopes, items]: readonly [string, string, string],
  item: fc.Arbitrary<object>,
): fc.Arbitrary<GeneratedRequest> {
  const scopeGroup = fc.record(
    { scope, [items]: fc.array(item, { maxLength: 4 }), schemaUrl: text },
    { requiredKeys: [] },
  );
  const resourceGroup = fc.record(
    { resource, [scopes]: fc.array(scopeGroup, { maxLength: 2 }), schemaUrl: text },
    { requiredKeys: [] },
  );
  return fc.record(
    { [resources]: fc.array(resourceGroup, { maxLength: 2 }) },
    { requiredKeys: [] },
  );
}

/** Requests in which every item is acceptable. */
export const traceRequests = request(["resourceSpans", "scopeSpans", "spans"], span);
export const logsRequests = request(["resourceLogs", "scopeLogs", "logRecords"], record);
