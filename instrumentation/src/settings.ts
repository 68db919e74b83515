import type { InstrumentationConfig } from "@opentelemetry/instrumentation";
import type { Redact } from "./call-content.js";
import { contentCaptureFromEnvironment } from "./content-capture.js";
import { hostMatcher, hostsFromEnvironment } from "./hosts.js";

export interface GenAiFetchInstrumentationConfig extends InstrumentationConfig {
  /**
   * Whether prompts and answers are recorded on spans. Default: the variable
   * `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT`, and false without it.
   */
  readonly captureMessageContent?: boolean;
  /**
   * The hosts whose calls are recorded, such as `api.openai.com`, `*.example.com` or
   * `localhost:8080`. Default: the variable `CALIBRANT_GENAI_HOSTS` (separated by commas), and
   * every host without it.
   */
  readonly hosts?: readonly string[];
  /** The hosts whose calls are not recorded. Default: the variable `CALIBRANT_GENAI_IGNORED_HOSTS`. */
  readonly ignoredHosts?: readonly string[];
  /** Patterns of hosts and the value of `gen_ai.provider.name` for them. The first that fits counts. */
  readonly providers?: Readonly<Record<string, string>>;
  /**
   * Called with the content of a request, an answer, a tool, a search or an error before it is
   * recorded; answers what may be recorded. Where it throws, the content is not recorded.
   */
  readonly redact?: Redact;
}

/** What a configuration says, prepared for each call. */
export interface Settings {
  readonly config: GenAiFetchInstrumentationConfig;
  /** Whether calls to this address are recorded. */
  readonly observes: (url: URL) => boolean;
  /** The provider's name where the configuration has one for this address. */
  readonly provider: (url: URL) => string | undefined;
}

export function settingsOf(config: GenAiFetchInstrumentationConfig): Settings {
  const wanted = config.hosts ?? hostsFromEnvironment("CALIBRANT_GENAI_HOSTS");
  const included = wanted === undefined ? () => true : hostMatcher(wanted);
  const ignored = hostMatcher(
    config.ignoredHosts ?? hostsFromEnvironment("CALIBRANT_GENAI_IGNORED_HOSTS") ?? [],
  );
  const providers = Object.entries(config.providers ?? {}).map(([pattern, name]) => ({
    name,
    fits: hostMatcher([pattern]),
  }));
  return {
    config,
    observes: (url) => included(url) && !ignored(url),
    provider: (url) => providers.find(({ fits }) => fits(url))?.name,
  };
}

export function capturesContent({
  captureMessageContent,
}: GenAiFetchInstrumentationConfig): boolean {
  return captureMessageContent ?? contentCaptureFromEnvironment();
}
