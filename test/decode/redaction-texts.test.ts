import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allPresets, canaries, redactor, redactorWith } from "../support/redaction.js";

const all = redactor();

describe("presets", () => {
  it.each([
    ["alice.b+c@sub.example.co.uk", "[email]"],
    ["<jürgen@müller.de>", "<[email]>"],
    ["'o'brien@example.com'", "'[email]'"],
    ["联系alice@example.com谢谢", "联系[email]谢谢"],
    ["/search?to=alice%40example.com&n=1", "/search?to=[email]&n=1"],
    ["call +4915112345678 now", "call [phone] now"],
    ["tel:+1-555-123-4567", "tel:[phone]"],
    ["(555) 123-4567 or 555.123.4567", "[phone] or [phone]"],
    ["1-800-555-0199", "[phone]"],
    ["0049 30 1234567, 0171 1234567", "[phone], [phone]"],
    ["4111111111111111 exp 12/28", "[card_number] exp 12/28"],
    ["4111-1111-1111-1111 123", "[card_number] 123"],
    ["3782 822463 10005", "[card_number]"],
    ["2223003122003222,36227206271667", "[card_number],[card_number]"],
    ["gb29nwbk60161331926819", "[iban]"],
    ["NL91 ABNA 0417 1643 00 EUR", "[iban] EUR"],
    ["key=ghp_abcdefghijklmnopqrstuvwxyz0123456789", "key=[api_key]"],
    ["AKIAIOSFODNN7EXAMPLE", "[api_key]"],
    ["AIzaSyA1234567890abcdefghijklmnopqrstuvw", "[api_key]"],
    ["xoxb-123456789012-abcdefghij", "[api_key]"],
    ["Authorization: Bearer abcdef0123456789.abcdef==", "Authorization: Bearer [api_key]"],
    ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnki", "[jwt]"],
    ["from 10.1.2.3:443.", "from [ipv4]:443."],
  ])("find %s", (text, expected) => {
    expect(all.text(text)).toBe(expected);
  });

  it.each([
    "1795478400000000000",
    "1795478400000",
    "2026-11-24T10:15:00.123456789+02:00",
    "0af7651916cd43dd8448eb211c80319c",
    "b7ad6b7169203331 4111111111111111a",
    "550e8400-e29b-41d4-a716-446655440000",
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "0.4532015112830366",
    "4111111111111112",
    "1111 4111 1111 1112",
    "DE89 3704 0044 0532 0130 01",
    "XX89370400440532013000",
    "order 123-456-7890, ORD-555-123-4567",
    "512 768 1024 tokens of 1,234,567.89",
    "12345678 and +5 points",
    "lodash@1.2.3 @scope/package user@localhost",
    "sk-learn-is-a-library-for-everyone",
    "task-management-of-2026-11-24",
    "Bearer authentication is needed here",
    "v1.2.3.4 1.2.3.4.5 256.1.1.1",
    "eyJhbGciOiJIUzI1NiJ9 alone",
  ])("leave %s", (text) => {
    expect(all.text(text)).toBe(text);
  });
});

describe("own patterns", () => {
  it("go first, in their order, with their own replacement", () => {
    const own = redactor({
      patterns: [
        "email",
        { name: "employee", pattern: "(?i)emp-\\d{6}", replacement: "someone" },
        { name: "ours", pattern: "[a-z]+@calibrant\\.example" },
      ],
    });
    expect(own.text("Ü EMP-123456 wrote to ann@calibrant.example and bob@shop.example")).toBe(
      "Ü someone wrote to [ours] and [email]",
    );
    expect(own.text('{"ü":"emp\\u002d123456","n":[1]}')).toBe('{"ü":"someone","n":[1]}');
  });

  it("see each text of JSON by itself, so that it stays JSON", () => {
    const own = redactor({ patterns: [{ name: "rest", pattern: "secret.*" }] });
    expect(own.text('{"a":"the secret is 5","b":"c"}')).toBe('{"a":"the [rest]","b":"c"}');
  });
});

describe("own patterns that reach over the punctuation of JSON", () => {
  const { redactor: own, metrics } = redactorWith({
    patterns: [
      { name: "password", pattern: '(?i)"?(?:password|pwd)"?\\s*[:=]\\s*"?[^",}\\s]+' },
      { name: "card", pattern: '"card":\\s*\\d+,\\s*"cvv":\\s*\\d+' },
      { name: "secret", pattern: "secret.*" },
      "card_number",
    ],
  });

  it.each([
    ['{"user":"ann","password":"hunter2"}', '{"user":"ann","[password]":"[password]"}'],
    ['{ "pwd" : "hunter2" , "n" : 1 }', '{ "[password]" : "[password]" , "n" : 1 }'],
    ['["😀ü",{"Password":4711}]', '["😀ü",{"[password]":"[password]"}]'],
    ['{"password":"hun\\"ter2"}', '{"[password]":"[password]"}'],
    [
      '[{"card":4111111111111111,"cvv":123},{"card":1,"cvv":2,"of":3}]',
      '[{"[card]":"[card]","[card]":"[card]"},{"[card]":"[card]","[card]":"[card]","of":3}]',
    ],
    [
      '{"arguments":"{\\"password\\":\\"hunter2\\"}","n":[]}',
      '{"arguments":"{\\"[password]\\":\\"[password]\\"}","n":[]}',
    ],
    [
      '{"note":"pwd=hunter2, then","password":"x","pwd":""}',
      '{"note":"[password], then","[password]":"[password]","pwd":""}',
    ],
    ['{"a":"the secret is 5","b":"c"}', '{"a":"the [secret]","b":"c"}'],
  ])("find them in %s, which stays JSON", (text, expected) => {
    expect(own?.text(text)).toBe(expected);
    expect(isJson(expected)).toBe(true);
  });

  it("count what they find once", async () => {
    const counter = ["calibrant.redact.replacements", { rule: "card" }] as const;
    const before = await metrics.value(...counter);
    own?.text('[{"card":1,"cvv":2},{"card":3,"cvv":4},{"card":5}]');
    expect((await metrics.value(...counter)) - before).toBe(2);
  });
});

/** Everything that a reader might come to by reading a text as JSON again and again. */
function readings(text: string): string {
  let seen = text;
  for (let last = text, round = 0; round < 4; round++) {
    last = last.replaceAll(/\\(u[0-9a-fA-F]{4}|.)/g, (escape) => {
      try {
        return JSON.parse(`"${escape}"`) as string;
      } catch {
        return escape;
      }
    });
    seen += `\n${last}`;
  }
  return seen;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe("escapes of JSON", () => {
  const spellings: Readonly<Record<string, (text: string) => string>> = {
    plain: (text) => text,
    "each character escaped": (text) =>
      text.replaceAll(/./g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`),
    "one character escaped, in upper case": (text) =>
      `${text.slice(0, 1)}\\u00${text.charCodeAt(1).toString(16).toUpperCase()}${text.slice(2)}`,
    "behind a line feed": (text) => `one line\\n${text}`,
    "behind a slash": (text) => `https:\\/\\/${text}`,
  };
  const depths: Readonly<Record<string, (literal: string) => string>> = {
    "in JSON": (literal) => `[{"role":"user","content":"${literal}"}]`,
    "in JSON in JSON": (literal) =>
      JSON.stringify({ arguments: `{"to":"${literal}","n":[1.5e3,true,null]}` }),
    "three deep": (literal) => JSON.stringify([JSON.stringify([`{"to":"${literal}"}`])]),
    "in a name": (literal) => `{"${literal}":1}`,
    "in JSON that was cut off": (literal) => `{"content":"${literal} and`,
    "in a sentence": (literal) => `The tool answered {"to":"${literal}"}, so I called it.`,
  };
  const cases = allPresets.flatMap((preset) =>
    Object.keys(spellings).flatMap((spelling) =>
      Object.keys(depths).map((depth) => [preset, spelling, depth] as const),
    ),
  );

  it.each(cases)("hide no %s: %s, %s", (preset, spelling, depth) => {
    const text = depths[depth]?.(spellings[spelling]?.(canaries[preset]) ?? "") ?? "";
    const redacted = all.text(text);
    expect(readings(text)).toContain(canaries[preset]);
    expect(readings(redacted)).not.toContain(canaries[preset]);
    expect(redacted).toContain(`[${preset}]`);
    expect(isJson(redacted)).toBe(isJson(text));
  });
});

describe("any text", () => {
  const secret = fc.constantFrom(...Object.values(canaries));
  const piece = fc.oneof(
    { weight: 3, arbitrary: secret },
    { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 12 }) },
    { weight: 2, arbitrary: fc.stringMatching(/^[0-9 ()+@.%eyJ:_-]{1,24}$/) },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        " ",
        "\\",
        '"',
        "\\n",
        "\\u0040",
        "\\\\u002b",
        "/",
        "é",
        "😀",
        "\n",
      ),
    },
  );
  const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));

  it("is redacted once and for all, stays UTF-8 and never fails", () => {
    fc.assert(
      fc.property(text, (given) => {
        const bytes = Buffer.from(given);
        const once = all.bytes(bytes, 0, bytes.length);
        if (once === undefined) return;
        const result = Buffer.from(once);
        expect(Buffer.from(result.toString()).equals(result)).toBe(true);
        expect(all.bytes(result, 0, result.length)).toBeUndefined();
        expect(all.text(bytes.toString())).toBe(result.toString());
      }),
      { numRuns: 2_000 },
    );
  });

  it("may be bytes that are no UTF-8", () => {
    const own = redactor({
      patterns: [...allPresets, { name: "own", pattern: "\\pL\\d|[^\\pL]\\b." }],
    });
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc
        .tuple(fc.uint8Array({ maxLength: 6 }), text)
        .map(([head, tail]) => Buffer.concat([head, Buffer.from(tail, "latin1")])),
    );
    fc.assert(
      fc.property(bytes, (given) => {
        const once = own.bytes(given, 0, given.length);
        const again = once === undefined ? undefined : all.bytes(once, 0, once.length);
        expect(again).toBeUndefined();
      }),
      { numRuns: 2_000 },
    );
  });

  it("never lets a secret through that stands by itself", () => {
    fc.assert(
      fc.property(text, secret, text, (before, canary, after) => {
        expect(all.text(`${before} ${canary} ${after}`)).not.toContain(` ${canary} `);
      }),
      { numRuns: 1_000 },
    );
  });

  it("is read at its place only, whatever lies around it", () => {
    fc.assert(
      fc.property(text, text, text, (before, given, after) => {
        const [head, middle] = [Buffer.from(before), Buffer.from(given)];
        const whole = Buffer.concat([head, middle, Buffer.from(after)]);
        const stop = head.length + middle.length;
        const within = all.bytes(whole, head.length, stop);
        const alone = all.bytes(middle, 0, middle.length);
        expect(within && Buffer.from(within)).toEqual(alone && Buffer.from(alone));
      }),
      { numRuns: 1_000 },
    );
  });

  it("that is JSON stays JSON of the same form", () => {
    const form = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(form);
      if (typeof value !== "object" || value === null) return "text";
      return Object.values(value).map(form);
    };
    const number = fc.oneof(fc.double(), fc.constantFrom(4111111111111111, -4111111111111111));
    const json = fc.oneof(
      fc.array(fc.oneof(text, number, fc.json())),
      fc.array(fc.tuple(text, fc.oneof(text, number)), { maxLength: 1 }).map(Object.fromEntries),
    );
    fc.assert(
      fc.property(json, fc.boolean(), (value, nested) => {
        const given = JSON.stringify(nested ? [JSON.stringify(value)] : value);
        const redacted = JSON.parse(all.text(given)) as unknown;
        expect(form(redacted)).toEqual(form(JSON.parse(given)));
        if (!nested) return;
        const inner = (redacted as string[])[0] ?? "";
        expect(form(JSON.parse(inner))).toEqual(form(JSON.parse(JSON.stringify(value))));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("megabytes of near matches", () => {
  const size = 5 * 1024 ** 2;
  it.each([
    "a@",
    "a%40",
    "a@b.",
    "eyJ-",
    "eyJhbGciOiJIUzI1NiJ9.",
    "sk-",
    "Bearer ",
    "4",
    "4111 ",
    "+1 ",
    "(555) ",
    "DE89 ",
    "1.2.",
    "\\",
    "\\u005c",
    "\\u0040",
    "a@b.example ",
    "[",
  ])("end and hide nothing: %s", (near) => {
    const text = Buffer.from(near.repeat(size / near.length));
    all.bytes(text, 0, text.length);
    const short = text.toString("latin1", 0, 20_000);
    expect(all.text(`${short} ${canaries.email}`)).toMatch(/\[email\]$/);
  });

  it("end for own patterns that a backtracking engine would not finish", () => {
    const own = redactor({ patterns: [{ name: "own", pattern: "(a+)+(b|[ac]+d)" }] });
    const text = "a".repeat(size);
    expect(own.text(text)).toBe(text);
  });
});
