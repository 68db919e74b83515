import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { requestWith } from "../support/otlp-fields.js";
import { wireRequest } from "../support/otlp-samples.js";
import { allPresets, canaries } from "../support/redaction.js";
import { createServiceProcess } from "../support/service-process.js";
import { until } from "../support/until.js";

const employee = "EMP-735190";
const secrets = [...Object.values(canaries), employee];
const marker = "marker-that-may-be-stored-5b1f";

const processors = `
processors:
  redaction:
    attributes: { deny: [marker.dropped] }
    patterns:
${allPresets.map((preset) => `      - ${preset}`).join("\n")}
      - { name: employee, pattern: 'EMP-\\d{6}' }
`;

async function foldersBytes(directory: string): Promise<Buffer> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Buffer.concat(
    await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name)))),
  );
}

async function post(url: string, body: Uint8Array, type: string): Promise<void> {
  const answer = await fetch(url, { method: "POST", headers: { "content-type": type }, body });
  const text = await answer.text();
  expect(answer.status).toBeLessThan(300);
  expect(text).not.toMatch(/reject/i);
}

it("keeps secrets off the disk, out of the store, the log and the metrics", async () => {
  const service = await createServiceProcess({ processors });
  onTestFinished(() => service.dispose());
  await service.start();

  const everything = secrets.join(" | ");
  for (const signal of ["traces", "logs"] as const) {
    const { protobuf, json } = requestWith(signal, undefined, everything);
    await post(`${service.otlp}/v1/${signal}`, protobuf, "application/x-protobuf");
    await post(`${service.otlp}/v1/${signal}`, json, "application/json");
  }
  const feedback = {
    trace_id: "0a".repeat(16),
    kind: "comment",
    comment: everything,
    user_id: canaries.email,
    idempotency_key: canaries.iban,
  };
  await post(
    `${service.web}/v1/feedback`,
    Buffer.from(JSON.stringify(feedback)),
    "application/json",
  );
  const dropped = { key: "marker.dropped", value: { stringValue: "x" } };
  await post(
    `${service.otlp}/v1/traces`,
    wireRequest({ name: marker, attributes: [dropped] }),
    "application/x-protobuf",
  );
  const metrics = await (await fetch(`${service.web}/metrics`)).text();
  await service.kill();

  const onDisk = await foldersBytes(join(service.directory, "data"));
  expect(onDisk.includes(marker)).toBe(true);
  const told = [metrics, service.log()];
  await service.start();
  await until("everything to be loaded", async () => {
    const [row] = await service.query<{ n: string }>(
      `SELECT (SELECT count() FROM otel.otel_traces) || '/' || (SELECT count() FROM otel.otel_logs)
         || '/' || (SELECT count() FROM calibrant.feedback) AS n`,
    );
    return row?.n === "3/4/1";
  });
  const rows: unknown[] = [];
  for (const table of ["otel.otel_traces", "otel.otel_logs", "calibrant.feedback"]) {
    rows.push(...(await service.query(`SELECT * FROM ${table}`)));
  }
  await service.terminate();
  const stored = JSON.stringify(rows);
  const places = {
    "the spool": onDisk.toString("latin1"),
    "the data folder": (await foldersBytes(join(service.directory, "data"))).toString("latin1"),
    "the store": stored,
    "the metrics": told[0] ?? "",
    "the log": `${told[1]}${service.log()}`,
  };
  const leaks = Object.entries(places).flatMap(([place, text]) =>
    [...secrets, "marker.dropped"]
      .filter((secret) => text.includes(secret))
      .map((secret) => `${secret} is in ${place}`),
  );
  expect(leaks).toEqual([]);
  expect(stored).toContain(marker);
  for (const preset of allPresets) {
    expect(stored).toContain(`[${preset}]`);
    expect(metrics).toMatch(new RegExp(`calibrant_redact_replacements.*rule="${preset}".* [1-9]`));
  }
  expect(stored).toContain("[employee]");
});
