import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** What one call of a model's client costs without and with the instrumentation. */
export interface InstrumentationCost {
  readonly call: "whole answer" | "streamed answer" | "streamed answer, paced, TLS";
  readonly content: boolean;
  /** Microseconds of CPU of one call without the instrumentation, OpenTelemetry being set up. */
  readonly plainCpu: number;
  /** Microseconds of CPU that a bare span with the usual attributes adds: the least there is. */
  readonly spanCpu: number;
  /** Microseconds of CPU that the instrumentation adds, its span included. */
  readonly addedCpu: number;
  /** The added CPU as a part of the call's, and between what it lies with a probability of 95 %. */
  readonly ratio: number;
  readonly ratioInterval: readonly [number, number];
  /** Microseconds of CPU for sending one span, as `--import` does it in batches. */
  readonly exportCpu: number;
  /** Milliseconds from the call to its end, median. */
  readonly plainLatency: number;
  readonly addedLatency: number;
  /** Milliseconds from the call to the first piece of the answer, median. */
  readonly addedFirstPiece: number;
}

/** What is asked of the instrumentation: a part of a call's CPU, and milliseconds. */
export const asked = { ratio: 0.02, addedLatency: 1 } as const;

/** Measures in a process of its own, which trusts the authority of the tests. */
export async function measureInstrumentation(): Promise<InstrumentationCost[]> {
  const authority = fileURLToPath(new URL("../../../cases/tls/ca.pem", import.meta.url));
  const child = fork(new URL("instrumented-calls.js", import.meta.url), {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: authority },
  });
  const [costs] = (await once(child, "message")) as [InstrumentationCost[]];
  return costs;
}
