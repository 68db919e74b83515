import { SpanKind, trace, type Context } from "@opentelemetry/api";

/** Where the baggage of interactions may go. */
export interface BaggagePolicy {
  /**
   * Whether the user's id goes along at all. Default: the variable `CALIBRANT_BAGGAGE_USER_ID`, and
   * true without it. Spans and log records of this process have it in any case.
   */
  readonly userId?: boolean | undefined;
  /**
   * The hosts that get the baggage: names, or endings such as `*.shop.example`. Default: the
   * variable `CALIBRANT_BAGGAGE_HOSTS` (separated by commas), and without it every host but those
   * of model providers, which never get it.
   */
  readonly hosts?: readonly string[] | undefined;
}

export function sendsUserId({ userId }: BaggagePolicy = {}): boolean {
  return (
    userId ?? !/^(false|0|no|off)$/i.test((process.env["CALIBRANT_BAGGAGE_USER_ID"] ?? "").trim())
  );
}

/** Whether what is sent from this context may carry the baggage of interactions. */
export function mayCarryBaggage(source: Context, policy: BaggagePolicy = {}): boolean {
  const span = trace.getSpan(source);
  // A span that is not recorded does not say where its request goes.
  if (span !== undefined && !span.isRecording()) return false;
  const host = destinationOf(span);
  if (host !== undefined && isProvider(host)) return false;
  const hosts = policy.hosts ?? hostsFromEnvironment();
  return hosts === undefined || (host !== undefined && hosts.some((one) => matches(host, one)));
}

/** The host that a client's span names; undefined for what is not a request to one. */
function destinationOf(span: unknown): string | undefined {
  const { kind, attributes } = (span ?? {}) as {
    readonly kind?: SpanKind;
    readonly attributes?: Readonly<Record<string, unknown>>;
  };
  if (kind !== SpanKind.CLIENT || attributes === undefined) return undefined;
  const address = attributes["server.address"] ?? attributes["net.peer.name"];
  if (typeof address === "string" && address !== "") return address.toLowerCase();
  const url = attributes["url.full"] ?? attributes["http.url"];
  return typeof url === "string" && URL.canParse(url) ? new URL(url).hostname : undefined;
}

function hostsFromEnvironment(): readonly string[] | undefined {
  const text = process.env["CALIBRANT_BAGGAGE_HOSTS"];
  if (text === undefined) return undefined;
  return text.split(",").flatMap((host) => (host.trim() === "" ? [] : [host.trim()]));
}

function matches(host: string, pattern: string): boolean {
  const wanted = pattern.toLowerCase();
  return wanted.startsWith("*.") ? host.endsWith(wanted.slice(1)) : host === wanted;
}

/** Hosts of model providers, by their ending. */
const providers = [
  "ai21.com",
  "aiplatform.googleapis.com",
  "anthropic.com",
  "api.cloudflare.com",
  "cerebras.ai",
  "cognitiveservices.azure.com",
  "cohere.ai",
  "cohere.com",
  "deepinfra.com",
  "deepseek.com",
  "fireworks.ai",
  "generativelanguage.googleapis.com",
  "groq.com",
  "huggingface.co",
  "ml.cloud.ibm.com",
  "mistral.ai",
  "models.ai.azure.com",
  "models.github.ai",
  "moonshot.ai",
  "moonshot.cn",
  "openai.azure.com",
  "openai.com",
  "openrouter.ai",
  "perplexity.ai",
  "replicate.com",
  "sambanova.ai",
  "services.ai.azure.com",
  "together.ai",
  "together.xyz",
  "voyageai.com",
  "x.ai",
] as const;

function isProvider(host: string): boolean {
  if (/(^|\.)bedrock[\w-]*\.[\w.-]*amazonaws\.com$/.test(host)) return true;
  return (
    providers.some((ending) => host === ending || host.endsWith(`.${ending}`)) ||
    host.endsWith("-aiplatform.googleapis.com")
  );
}
