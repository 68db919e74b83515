import { parseArgs } from "node:util";
import OpenAI from "openai";
import { systemClock } from "../kernel/clock.js";
import { hashFraction } from "../kernel/sampling.js";
import { createAssistant } from "./shop/assistant.js";
import { serveCustomers } from "./shop/customers.js";
import { sendFeedback } from "./shop/feedback.js";

/**
 * The demo's shop with its customers, a process of its own like any application that Calibrant
 * watches. It knows Calibrant by two addresses only: where OpenTelemetry sends spans (the standard
 * OTEL_* variables, read by the instrumentation) and where feedback goes.
 */
const { values } = parseArgs({
  options: {
    "model-url": { type: "string" },
    model: { type: "string" },
    "feedback-url": { type: "string" },
    release: { type: "string" },
    rate: { type: "string", default: "5" },
    seed: { type: "string", default: "1" },
  },
});

const release = values.release ?? "";
const rate = Number(values.rate);
if (!(rate > 0)) throw new RangeError(`--rate must be a positive number, not ${values.rate}`);
const client = new OpenAI({
  apiKey: "simulated",
  baseURL: values["model-url"] ?? "",
  maxRetries: 2,
  timeout: 20_000,
});

const stopping = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => stopping.abort());
// A parent that has died cannot send a signal; its end of the pipe closes.
process.stdin.on("end", () => stopping.abort()).resume();

let draws = 0;
await serveCustomers({
  assistant: createAssistant(client, values.model ?? "", release),
  clock: systemClock,
  random: () => hashFraction(String(draws++), `${values.seed} ${release}`),
  rate,
  prefix: `s${release.replaceAll(".", "")}-${process.pid}`,
  send: (events) => sendFeedback(values["feedback-url"] ?? "", events),
  signal: stopping.signal,
});
// Nothing is left to do: let the process end, and its last spans be sent.
process.stdin.destroy();
