import { describe, expect, it } from "vitest";
import type { CallContent, Redact } from "#instrumentation/index.js";
import { failingHooks } from "../support/failing-hooks.js";
import { freePort } from "../support/free-port.js";
import { watchedCalls } from "../support/watched-calls.js";

const { server, recorded } = await watchedCalls();

/** Everything that the span of one call says, as text. */
async function spanText(redact: Redact, model = "m", url = server.url): Promise<string> {
  recorded.instrumentation.setConfig({ captureMessageContent: true, redact });
  recorded.instrumentation.enable();
  const body = { model, messages: [{ role: "user", content: "my number is 4111" }] };
  const init = { method: "POST", body: JSON.stringify(body) };
  await fetch(`${url}/chat/completions`, init).then(
    (response) => response.text(),
    () => undefined,
  );
  const [span] = recorded.spans();
  const { attributes, events, status } = span ?? {};
  return JSON.stringify({ attributes, events, status });
}

const secret = /4111|Hello there|said/;

describe("the redaction hook", () => {
  it("decides what is recorded", async () => {
    const seen: CallContent[] = [];
    const text = await spanText((content) => {
      seen.push(content);
      return JSON.parse(JSON.stringify(content).replaceAll(/\d{4}/g, "####")) as CallContent;
    });
    expect(text).toContain("my number is ####");
    expect(text).toContain("Hello there");
    expect(seen.map((content) => Object.keys(content))).toEqual([
      ["inputMessages", "toolDefinitions"],
      ["outputMessages"],
    ]);
  });

  it.each<readonly [string, Redact]>([
    ...failingHooks,
    ["answers no list", () => ({ inputMessages: "4111" }) as unknown as CallContent],
  ])("costs the content where it %s", async (_what, redact) => {
    const text = await spanText(redact);
    expect(text).not.toMatch(secret);
    expect(text).toContain('"gen_ai.usage.input_tokens":12');
  });

  it("sees what a provider says of a failure", async () => {
    expect(await spanText(({ errorMessage }) => ({ errorMessage }), "missing")).toMatch(secret);
    recorded.reset();
    const text = await spanText(() => ({}), "missing");
    expect(text).not.toMatch(secret);
    expect(text).toContain('"error.type":"404"');
  });

  it("sees what the network says of a failure", async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const text = await spanText(({ errorMessage }) => ({ errorMessage }), "m", url);
    expect(text).toContain("fetch failed");
    recorded.reset();
    expect(await spanText(() => ({}), "m", url)).not.toContain("fetch failed");
  });
});
