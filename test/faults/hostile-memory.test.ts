import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { startLoad } from "../support/load-generator.js";
import { createServiceProcess } from "../support/service-process.js";
import { until } from "../support/until.js";

const mebibyte = 1024 ** 2;
const largest = 20 * mebibyte;

interface Hostile {
  readonly type: string;
  readonly encoding?: string;
  readonly body: Buffer;
}

/** A message field of protobuf with its length. */
function field(number: number, content: Buffer): Buffer {
  const head = [(number << 3) | 2];
  let rest = content.length;
  for (; rest > 127; rest >>>= 7) head.push((rest & 127) | 128);
  return Buffer.concat([Buffer.from([...head, rest]), content]);
}

/** 4 MiB of empty spans, which gzip makes 4 KB of. */
const emptySpans = field(1, field(2, Buffer.alloc(4 * mebibyte, Buffer.from([0x12, 0]))));
/** As many attributes as fit, all of one span. */
const attribute = field(9, field(1, Buffer.from("k")));
const attributes = Buffer.alloc(largest - 64, attribute).subarray(
  0,
  Math.floor((largest - 64) / attribute.length) * attribute.length,
);

const hostile: Record<string, Hostile> = {
  "4 KB of gzip that hold 2,097,152 empty spans": {
    type: "application/x-protobuf",
    encoding: "gzip",
    body: gzipSync(emptySpans),
  },
  "gzip that never ends being zeros": {
    type: "application/x-protobuf",
    encoding: "gzip",
    body: gzipSync(Buffer.alloc(200 * mebibyte)),
  },
  "20 MB of brackets": { type: "application/json", body: Buffer.alloc(largest, "[") },
  "20 MB of members without a name": {
    type: "application/json",
    body: Buffer.from(`{${'"":0,'.repeat(4 * mebibyte - 2)}"":0}`),
  },
  "20 MB of one span's attributes": {
    type: "application/x-protobuf",
    body: field(1, field(2, field(2, attributes))),
  },
};

async function residentMebibytes(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

describe("hostile requests to a service", { timeout: 120_000 }, () => {
  it("take less than 200 MB, and others are served meanwhile", async ({ skip }) => {
    skip(!existsSync("/proc/self/status"), "memory of a process is read from /proc");
    const service = await createServiceProcess();
    onTestFinished(() => service.dispose());
    await service.start();
    const load = startLoad(service.otlp, 2);
    // Compiled code and the memory of usual requests are not what hostile ones take.
    await until("usual requests", () => load.acknowledged.size > 20_000);
    const before = await residentMebibytes(service.pid());
    let most = before;
    const answers: Record<string, number[]> = {};
    for (const [name, { type, encoding, body }] of Object.entries(hostile)) {
      const send = async (): Promise<number> => {
        const answer = await fetch(`${service.otlp}/v1/traces`, {
          method: "POST",
          headers: {
            "content-type": type,
            ...(encoding === undefined ? {} : { "content-encoding": encoding }),
          },
          body: new Uint8Array(body),
        });
        await answer.arrayBuffer();
        most = Math.max(most, await residentMebibytes(service.pid()));
        return answer.status;
      };
      const acknowledged = load.acknowledged.size;
      const statuses = await Promise.all(Array.from({ length: 3 }, send));
      answers[name] = [...new Set(statuses)];
      expect(load.acknowledged.size).toBeGreaterThan(acknowledged);
    }
    await load.stop();
    const grown = Math.round(most - before);
    process.stdout.write(
      `hostile requests: ${JSON.stringify({ grownMebibytes: grown, answers })}\n`,
    );
    for (const status of Object.values(answers).flat())
      expect([200, 400, 413, 503]).toContain(status);
    expect(answers["4 KB of gzip that hold 2,097,152 empty spans"]).toEqual([413]);
    expect(grown).toBeLessThan(200);
  });
});
