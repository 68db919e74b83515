import { describe, expect, it } from "vitest";
import { bareApplication } from "../support/bare-application.js";
import { registeredProcesses } from "../support/registered-process.js";
import { until } from "../support/until.js";

const call = `const answer = await fetch(process.env.MODEL_URL + "/chat/completions", {
  method: "POST",
  body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "Hi" }] }),
});
console.log((await answer.json()).id);`;

const { start, spansOf } = await registeredProcesses();

describe("@calibrant/instrumentation/register", () => {
  it.each([[["--import"]], [["--require"]], [["--require", "--import"]]] as const)(
    "starts once with %j",
    async (flags) => {
      const service = flags.join(" ");
      const run = start(call, service, { flags });
      expect(await run.ended).toEqual([0, null]);
      expect(run.output().trim()).toBe("chatcmpl-1");
      expect(run.errors()).toBe("");
      expect(spansOf(service)).toHaveLength(1);
    },
  );

  it("shares the interaction between both kinds of module", async () => {
    const code = `
      const { createRequire } = await import("node:module");
      const { withInteraction } = createRequire(process.cwd() + "/")("@calibrant/instrumentation");
      const { currentInteraction } = await import("@calibrant/instrumentation");
      console.log(withInteraction({}, () => currentInteraction() !== undefined));`;
    const run = start(code, "shared");
    expect(await run.ended).toEqual([0, null]);
    expect(run.output().trim()).toBe("true");
  });

  it("does nothing where OTEL_SDK_DISABLED says so", async () => {
    const run = start(call, "off", { env: { OTEL_SDK_DISABLED: "TRUE" } });
    expect(await run.ended).toEqual([0, null]);
    expect(run.output().trim()).toBe("chatcmpl-1");
    expect(run.errors()).toBe("");
    expect(spansOf("off")).toEqual([]);
  });

  it("sends metrics where their exporter is named", async () => {
    const run = start(call, "metrics", { env: { OTEL_METRICS_EXPORTER: "console" } });
    expect(await run.ended).toEqual([0, null]);
    expect(run.output()).toContain("gen_ai.client.operation.duration");
    expect(run.output()).toContain("gen_ai.client.token.usage");
  });

  it("records what is under way when the process ends", async () => {
    const code = call.replace('"m"', '"stalling"').replace("messages:", "stream: true, messages:");
    const half = code.slice(0, code.indexOf("console.log"));
    const run = start(
      `${half}const reader = answer.body.getReader();
      await reader.read();
      setInterval(() => {}, 1_000);
      console.log("read");`,
      "cut",
    );
    await until("the first piece", () => run.output().includes("read"));
    run.child.kill("SIGTERM");
    expect(await run.ended).toEqual([null, "SIGTERM"]);
    expect(spansOf("cut")).toHaveLength(1);
  });

  it("sends what is left when the work has ended", async () => {
    const run = start(call, "short");
    expect(await run.ended).toEqual([0, null]);
    expect(run.output().trim()).toBe("chatcmpl-1");
    const [span] = spansOf("short");
    expect(span?.attributes["gen_ai.input.messages"]).toContain("Hi");
  });

  it("sends what is left at SIGTERM and lets the signal end the process", async () => {
    const run = start(`${call}\nsetInterval(() => {}, 1_000);`, "stopped");
    await until("the call", () => run.output().includes("chatcmpl-1"));
    run.child.kill("SIGTERM");
    expect(await run.ended).toEqual([null, "SIGTERM"]);
    expect(spansOf("stopped")).toHaveLength(1);
  });

  it("leaves the end to an application that handles SIGTERM", async () => {
    const handler = `process.on("SIGTERM", () => setTimeout(() => process.exit(7), 300));`;
    const run = start(`${handler}\n${call}\nsetInterval(() => {}, 1_000);`, "handled");
    await until("the call", () => run.output().includes("chatcmpl-1"));
    run.child.kill("SIGTERM");
    expect(await run.ended).toEqual([7, null]);
    await until("the span", () => spansOf("handled").length === 1);
  });

  it("puts what is known of an interaction on every span, and keeps it from providers", async () => {
    const code = `
      import { context, propagation, SpanKind, trace } from "@opentelemetry/api";
      import { logs } from "@opentelemetry/api-logs";
      import { withInteraction } from "@calibrant/instrumentation";
      withInteraction({ userId: "u-7", feature: "returns" }, () => {
        const attributes = { "server.address": "api.openai.com" };
        const span = trace.getTracer("application").startSpan("any", { kind: SpanKind.CLIENT, attributes });
        const headers = {};
        propagation.inject(trace.setSpan(context.active(), span), headers);
        span.end();
        logs.getLogger("application").emit({ body: "hello" });
        console.log(Object.keys(headers).join());
      });`;
    const run = start(code, "marked", { env: { OTEL_LOGS_EXPORTER: "console" } });
    expect(await run.ended).toEqual([0, null]);
    expect(run.output()).toContain("traceparent\n");
    expect(run.output()).toContain("'user.id': 'u-7'");
    const attributes = { "user.id": "u-7", "calibrant.feature": "returns" };
    for (const span of spansOf("marked")) expect(span.attributes).toMatchObject(attributes);
    expect(spansOf("marked").map(({ name }) => name)).toEqual(["any", "interaction returns"]);
  });

  it.each([
    ["--import", "@opentelemetry/sdk-node", ["@opentelemetry/api"]],
    ["--require", "@opentelemetry/sdk-node", ["@opentelemetry/api"]],
    ["--import", "@opentelemetry/api", []],
  ] as const)("says in one line, with %s, that %s is missing", async (flag, missing, others) => {
    const cwd = await bareApplication(others);
    const run = start(call, "bare", { cwd, flags: [flag] });
    expect(await run.ended).toEqual([0, null]);
    expect(run.output().trim()).toBe("chatcmpl-1");
    const lines = run.errors().trim().split("\n");
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`needs the package ${missing}`);
    expect(lines[0]).toContain("npm install @opentelemetry/api @opentelemetry/sdk-node");
  });
});
