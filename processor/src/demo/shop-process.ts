import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface ShopOptions {
  readonly release: string;
  /** Base URL of the model's API. */
  readonly modelUrl: string;
  readonly model: string;
  /** Where the shop sends its spans: OTLP over HTTP, without the path. */
  readonly otlpUrl: string;
  /** Where the shop sends feedback, path included. */
  readonly feedbackUrl: string;
  /** Turns in a second. */
  readonly rate: number;
  readonly seed: number;
}

export interface ShopProcess {
  /** Resolves when it was told to end; rejects when it failed, with what it said last. */
  readonly ended: Promise<void>;
  /** Lets the turns under way finish and their spans be sent; resolves when the process has ended. */
  stop(): Promise<void>;
}

/** The name under which the shop's spans arrive. */
export const shopService = "shop-assistant";

/** Milliseconds after which a shop that does not end is killed. */
const patience = 10_000;

/**
 * Starts the shop as an operator would start any application: with `--import` and OTEL_* variables.
 * @throws TypeError for an OTLP address without its scheme, which exporters replace silently
 */
export function startShop(options: ShopOptions): ShopProcess {
  if (!/^https?:\/\//.test(options.otlpUrl)) {
    throw new TypeError(`${options.otlpUrl} is no address of an OTLP server: it needs http://`);
  }
  const child = spawn(
    process.execPath,
    [
      "--import",
      import.meta.resolve("@calibrant/instrumentation/register"),
      fileURLToPath(new URL("./shop-app.js", import.meta.url)),
      `--model-url=${options.modelUrl}`,
      `--model=${options.model}`,
      `--feedback-url=${options.feedbackUrl}`,
      `--release=${options.release}`,
      `--rate=${options.rate}`,
      `--seed=${options.seed}`,
    ],
    { env: environmentOf(options), stdio: ["pipe", "ignore", "pipe"] },
  );
  let stopping = false;
  let said = "";
  child.stderr.on("data", (piece: Buffer) => {
    said = (said + piece.toString()).slice(-4_000);
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      // Ctrl-C reaches the shop, too, and may end it before this process asks for it.
      if (stopping || code === 0) resolve();
      else reject(new Error(`the demo's shop failed (${signal ?? code}): ${said.trim()}`));
    });
  });
  // Whoever waits for `ended` learns of a failure; without anybody waiting it must not end the demo.
  ended.catch(() => undefined);
  return {
    ended,
    stop: async () => {
      stopping = true;
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), patience);
      await ended.catch(() => undefined);
      clearTimeout(timer);
    },
  };
}

/** Nothing of the caller's own OpenTelemetry or OpenAI settings reaches the shop. */
function environmentOf({ release, otlpUrl }: ShopOptions): Record<string, string> {
  const { PATH = "", SystemRoot = "" } = process.env;
  return {
    PATH,
    ...(SystemRoot === "" ? {} : { SystemRoot }),
    OTEL_SERVICE_NAME: shopService,
    OTEL_RESOURCE_ATTRIBUTES: `service.version=${release},deployment.environment.name=demo`,
    OTEL_EXPORTER_OTLP_ENDPOINT: otlpUrl,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_BSP_SCHEDULE_DELAY: "1000",
    OTEL_NODE_RESOURCE_DETECTORS: "env",
    OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "true",
  };
}
