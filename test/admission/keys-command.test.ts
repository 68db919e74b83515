import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { status as codes } from "@grpc/grpc-js";
import { describe, expect, it, onTestFinished } from "vitest";
import { parseConfig } from "#processor/config.js";
import { basic, testKey } from "../support/api-keys.js";
import { grpcClient } from "../support/grpc-client.js";
import { createServiceProcess } from "../support/service-process.js";

const main = fileURLToPath(new URL("../../processor/dist/main.js", import.meta.url));

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function run(args: readonly string[], input = ""): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [main, "keys", ...args], (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), out, err }),
    );
    child.stdin?.end(input);
  });
}

describe("calibrant keys", () => {
  it("create: prints the key and a line that the configuration takes", async () => {
    const { code, out } = await run(["create", "--name", "shop", "--scope", "ingest", "feedback"]);
    expect(code).toBe(0);
    const [key = "", line = ""] = out.split("\n");
    expect(key).toMatch(/^cal_[\w-]{43}$/);
    expect(line).not.toContain(key);
    const [entry, ...others] = parseConfig(yaml(line.slice(2)), {}).extensions.keys;
    expect(others).toEqual([]);
    expect(entry).toMatchObject({ name: "shop", scopes: ["ingest", "feedback"] });
    expect((await run(["hash"], `${key}\n`)).out).toBe(`${entry?.hash}\n`);
    expect(JSON.parse((await run(["hash", "--json"], key)).out)).toEqual({ hash: entry?.hash });
  });

  it("create --json: another key each time", async () => {
    const args = ["create", "--name", "shop", "--scope", "read", "--json"];
    const [first, second] = await Promise.all([run(args), run(args)]);
    const parsed = JSON.parse(first.out) as Record<string, unknown>;
    expect(Object.keys(parsed)).toEqual(["key", "name", "hash", "scopes"]);
    expect(second.out).not.toContain(parsed["key"]);
  });

  it.each([
    [["create", "--name", "shop", "--scope", "write"], "", /extensions\.keys\[0\]\.scopes\[0\]/],
    [["create", "--name", "a b", "--scope", "read"], "", /expected 1 to 64 letters/],
    [["create", "--name", "shop"], "", /--scope/],
    [["hash"], "short", /at least 24 characters/],
  ])("%j is refused with its reason", async (args, input, reason) => {
    const { code, out, err } = await run(args, input);
    expect(code).toBe(2);
    expect(out).toBe("");
    expect(err).toMatch(reason);
  });
});

function yaml(...lines: readonly string[]): string {
  return `extensions:\n  keys:\n${lines.map((line) => `    - ${line}\n`).join("")}`;
}

describe("keys in the configuration", () => {
  it("must be hashes with names of their own", () => {
    const { hash } = testKey("read").entry;
    const twice = yaml(
      `{ name: a, hash: "${hash}", scopes: [read] }`,
      `{ name: a, hash: "${hash}", scopes: [ingest] }`,
    );
    expect(() => parseConfig(twice, {})).toThrow("extensions.keys[1].name (line 4): another key");
    const plain = yaml("{ name: a, hash: my-secret, scopes: [read] }");
    expect(() => parseConfig(plain, {})).toThrow("calibrant keys create");
  });
});

describe("the service's log", () => {
  it("holds no key, known or not, at its most talkative", async () => {
    const known = testKey("ingest");
    const unknown = testKey("admin");
    const { name, hash, scopes } = known.entry;
    const service = await createServiceProcess({
      extensions: [`keys: [{ name: ${name}, hash: "${hash}", scopes: [${scopes.join(", ")}] }]`],
      processors: "service: { telemetry: { logs: { level: trace } } }",
    });
    onTestFinished(() => service.dispose());
    await service.start();
    for (const { key } of [known, unknown]) {
      for (const address of [`${service.otlp}/v1/traces`, `${service.web}/v1/feedback`]) {
        for (const headers of [{ "x-api-key": key }, { authorization: `Bearer ${key}` }]) {
          const init = { headers: { "content-type": "application/json", ...headers }, body: "{" };
          const answer = await fetch(address, { method: "POST", ...init });
          expect(answer.status).toBeGreaterThanOrEqual(400);
          expect(await answer.text()).not.toContain(key);
        }
      }
      const client = grpcClient(service.grpc.replace("http://", ""));
      for (const metadata of [{ "x-api-key": key }, { authorization: basic("me", key) }]) {
        const { code, details } = await client.export(Buffer.from("{"), { metadata });
        expect(code).not.toBe(codes.OK);
        expect(details).not.toContain(key);
      }
    }
    expect(await service.terminate()).toBe(0);
    expect(service.log()).toContain("a request was refused");
    expect(service.log()).toContain("a call was refused");
    for (const { key } of [known, unknown]) {
      expect(service.log()).not.toContain(key);
      expect(service.log()).not.toContain(basic("me", key).slice("Basic ".length));
    }
  });
});
