import { array, assert, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { MacroError } from "#dashboards/macro-error.js";
import { backendMacroNames, expandMacros, frontendMacroNames } from "#dashboards/macros.js";
import { expandText, unquotedReferences, variablesIn } from "#dashboards/variables.js";

const from = Date.parse("2026-03-01T10:20:30.456Z");
const to = Date.parse("2026-03-02T11:00:00.000Z");
const backend = { from, to, intervalSeconds: 30 };
const variables = new Map([
  ["release", { values: ["1.0", "1.1"], all: true }],
  ["service", { values: ["shop"] }],
  ["empty", { values: [""] }],
]);

const s = (time: number): number => Math.floor(time / 1000);

const expected: readonly (readonly [macro: string, expansion: string])[] = [
  ["$__timeFilter(t)", `t >= toDateTime(${s(from)}) AND t <= toDateTime(${s(to)})`],
  [
    "$__timeFilter_ms(t)",
    `t >= fromUnixTimestamp64Milli(${from}) AND t <= fromUnixTimestamp64Milli(${to})`,
  ],
  ["$__dateFilter(d)", "d >= toDate('2026-03-01') AND d <= toDate('2026-03-02')"],
  [
    "$__dateTimeFilter(d, t)",
    `(d >= toDate('2026-03-01') AND d <= toDate('2026-03-02')) AND (t >= toDateTime(${s(from)}) AND t <= toDateTime(${s(to)}))`,
  ],
  ["$__fromTime", `toDateTime(${s(from)})`],
  ["$__toTime", `toDateTime(${s(to)})`],
  ["$__fromTime_ms", `fromUnixTimestamp64Milli(${from})`],
  ["$__toTime_ms", `fromUnixTimestamp64Milli(${to})`],
  ["$__timeInterval(t)", "toStartOfInterval(toDateTime(t), INTERVAL 30 second)"],
  ["$__timeInterval_ms(t)", "toStartOfInterval(toDateTime64(t, 3), INTERVAL 30000 millisecond)"],
  ["$__timeGroup(t,5m)", "toStartOfInterval(toDateTime(t), INTERVAL 300 second)"],
  ["$__interval_s", "30"],
  ["$__conditionalAll(release IN (${release:singlequote}), $release)", "1=1"],
  ["$__conditionalAll(service IN (${service:singlequote}), ${service})", "service IN ('shop')"],
  ["$__conditionalAll(x = 'a', $empty)", "1=1"],
  ["SETTINGS $__adHocFilters('calibrant.v_ledger')", "SETTINGS additional_table_filters={}"],
  ["$__from", String(from)],
  ["$__to", String(to)],
];

describe("macros of the ClickHouse data source", () => {
  it.each(expected)("expands %s", (macro, expansion) => {
    expect(expandMacros(macro, { ...backend, variables })).toBe(expansion);
  });

  it("has a case for every macro", () => {
    const named = new Set(
      expected.flatMap(([macro]) => [...macro.matchAll(/\$__(\w+)/g)].map(([, name]) => name)),
    );
    expect(
      [...backendMacroNames, ...frontendMacroNames].filter((name) => !named.has(name)),
    ).toEqual([]);
  });

  it.each([
    ["5m", 300],
    ["90s", 90],
    ["1h30m", 5400],
    ["1.5h", 5400],
    ["'10m'", 600],
    ["1500ms", 2],
  ])("groups time by %s", (width, seconds) => {
    expect(expandMacros(`$__timeGroup(t, ${width})`, backend)).toBe(
      `toStartOfInterval(toDateTime(t), INTERVAL ${seconds} second)`,
    );
  });

  it("counts an interval below a second as one", () => {
    expect(expandMacros("$__interval_s", { ...backend, intervalSeconds: 0.2 })).toBe("1");
  });

  it("expands macros within the arguments of macros", () => {
    expect(expandMacros("$__timeFilter(greatest(a, $__fromTime))", backend)).toBe(
      `greatest(a, toDateTime(${s(from)})) >= toDateTime(${s(from)}) AND greatest(a, toDateTime(${s(from)})) <= toDateTime(${s(to)})`,
    );
  });

  it("keeps commas and parentheses of calls and strings in their argument", () => {
    expect(expandMacros("$__timeInterval(if(a, ')', b))", backend)).toBe(
      "toStartOfInterval(toDateTime(if(a, ')', b)), INTERVAL 30 second)",
    );
  });

  it("drops comments, but not what looks like one in a string", () => {
    expect(
      expandMacros("SELECT '--', '/* */', `a--b` -- $__oops(\n/* $__fromTime( */, 1", backend),
    ).toBe("SELECT '--', '/* */', `a--b` \n, 1");
  });

  it("leaves unknown macros, and in an alert those of the browser, as they are", () => {
    expect(expandMacros("$__columns(a) $__conditionalAll(1, $x) $service", backend)).toBe(
      "$__columns(a) $__conditionalAll(1, $x) $service",
    );
  });

  it.each([
    ["$__timeFilter()", "takes 1 argument(s), not 0"],
    ["$__timeFilter(a, b)", "takes 1 argument(s), not 2"],
    ["$__timeFilter(a", "not closed"],
    ["$__timeGroup(a, soon)", "not a duration"],
    ["$__timeGroup(a, 0s)", "not a duration"],
    ["$__conditionalAll(1, $nobody)", "not a variable"],
    ["$__conditionalAll(1, ${service:singlequote})", "without a format"],
    ["${nobody:singlequote}", "there is no variable nobody"],
    ["'$service'", "$service is not escaped"],
    ["IN (${service:csv})", "${service:csv} is not escaped"],
  ])("refuses %s", (sql, message) => {
    expect(() => expandMacros(sql, { ...backend, variables })).toThrow(MacroError);
    expect(() => expandMacros(sql, { ...backend, variables })).toThrow(message);
  });
});

describe("variables", () => {
  it("lists what a text refers to", () => {
    expect(variablesIn("$a ${b} ${c:singlequote} $__timeFilter(d) ${__value.raw}")).toEqual([
      "a",
      "b",
      "c",
    ]);
    expect(unquotedReferences("$a ${b} ${c:singlequote}")).toEqual(["$a", "${b}"]);
  });

  it("quotes whatever a value holds", () => {
    assert(
      property(array(string({ unit: "binary" }), { minLength: 1 }), (values) => {
        const sql = expandMacros("IN (${v:singlequote})", {
          ...backend,
          variables: new Map([["v", { values: values.map((value) => value.replaceAll("$", "")) }]]),
        });
        // Taking the strings away, as ClickHouse reads them, leaves nothing of the values.
        const rest = sql.replaceAll(/'(?:[^'\\]|\\.)*'/gs, "");
        expect(rest).toBe(`IN (${",".repeat(values.length - 1)})`);
      }),
    );
  });

  it("never expands what a value holds", () => {
    const hostile = new Map([["v", { values: ["$__fromTime ${v:singlequote} $x -- "] }]]);
    expect(expandMacros("x = ${v:singlequote}", { ...backend, variables: hostile })).toBe(
      "x = '$__fromTime ${v:singlequote} $x -- '",
    );
  });

  it("shows values in titles and leaves the unknown", () => {
    expect(expandText("$service ${release} ${__value.raw} $other", variables)).toBe(
      "shop 1.0, 1.1 ${__value.raw} $other",
    );
  });
});
