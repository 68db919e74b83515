import { describe, expect, it, onTestFinished } from "vitest";
import { CalibrantError } from "#processor/kernel/errors.js";
import { serveConfig } from "#processor/serve/serve-config.js";
import { identityOf, mutualFiles, statusOverTls } from "../support/tls-files.js";
import { startTestServer } from "../support/web-server.js";

interface Failure {
  readonly error: { readonly code: string };
}

function away(): Promise<never> {
  const error = new CalibrantError("STORE_UNAVAILABLE", "http://user:secret@db", {
    retryable: true,
  });
  return Promise.reject(error);
}

async function failureOf(answer: Response): Promise<[number, string]> {
  const { error } = (await answer.json()) as Failure;
  return [answer.status, error.code];
}

describe("when the store does not answer", () => {
  it("says so on the page and through the API, with 503", async () => {
    const broken = await startTestServer({
      queries: { recent: away, detail: away, services: away },
    });
    try {
      const page = await fetch(`${broken.address}/`);
      const text = await page.text();
      expect([page.status, page.headers.get("retry-after")]).toEqual([503, "2"]);
      expect(text).toContain("The store does not answer");
      expect(text).not.toContain("secret");
      expect(await failureOf(await fetch(`${broken.address}/api/interactions`))).toEqual([
        503,
        "STORE_UNAVAILABLE",
      ]);
    } finally {
      await broken.stop();
    }
  });
});

describe("listening", () => {
  it("refuses an address that others can reach, unless told of a proxy", async () => {
    const config = serveConfig.parse({ endpoint: "0.0.0.0:0" });
    await expect(startTestServer({ config })).rejects.toMatchObject({ code: "BIND_REFUSED" });
    const open = await startTestServer({ config: { ...config, insecure_allow_remote: true } });
    await open.stop();
  });

  it("speaks TLS when told to, and asks for a client's certificate", async () => {
    const config = serveConfig.parse({ endpoint: "127.0.0.1:0", tls: mutualFiles });
    const server = await startTestServer({ config });
    onTestFinished(() => server.stop());
    const address = `${server.address}/healthz`;
    expect(address).toMatch(/^https:/);
    expect(await statusOverTls(address, { identity: identityOf("client") })).toBe(200);
    for (const identity of [undefined, identityOf("stranger")]) {
      await expect(statusOverTls(address, { identity })).rejects.toThrow(/./);
    }
  });

  it("says that the port is taken", async () => {
    const taken = await startTestServer();
    const endpoint = { host: "127.0.0.1", port: Number(new URL(taken.address).port) };
    const config = { ...serveConfig.parse({}), endpoint };
    await expect(startTestServer({ config })).rejects.toMatchObject({ code: "PORT_IN_USE" });
    await taken.stop();
  });

  it("stops although a client keeps its connection open", async () => {
    const stopped = await startTestServer();
    await (await fetch(stopped.address)).text();
    await stopped.stop();
    await expect(fetch(stopped.address)).rejects.toThrow("fetch failed");
  });
});
