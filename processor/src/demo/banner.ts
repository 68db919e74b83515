import { minutes } from "./figures.js";

/** Where everything is while the demo runs. */
export interface DemoAddresses {
  /** OTLP over HTTP, such as `http://127.0.0.1:4318`. */
  readonly otlp: string;
  /** OTLP over gRPC, where it is switched on. */
  readonly grpc?: string | undefined;
  /** API and pages, such as `http://127.0.0.1:8080`. */
  readonly api: string;
  /** ClickHouse over HTTP, such as `http://127.0.0.1:8123`. */
  readonly store: string;
  /** The simulated model's base URL, such as `http://127.0.0.1:40000/v1`. */
  readonly model: string;
}

/** @param rollout milliseconds from the start to the newer release */
export function bannerLines(
  { otlp, grpc, api, store, model }: DemoAddresses,
  [older, newer]: readonly [string, string],
  rollout: number,
): readonly string[] {
  return [
    "",
    "Calibrant demo. SIMULATED: a shop's assistant, its customers, the model and the judge are",
    "programs that follow rules. Nothing leaves this machine, and the scores say nothing about real",
    "models. Real: the spans, the store, the evaluation, the statistics.",
    "",
    `  Page         ${api}/`,
    `  Metrics      ${api}/metrics`,
    `  OTLP         ${otlp}  (your own application can send here, too)`,
    ...(grpc === undefined ? [] : [`  OTLP/gRPC    ${grpc}`]),
    `  ClickHouse   ${store}  (user default, no password, read only)`,
    `               curl ${store} -d 'SELECT release, feature, count() FROM calibrant.v_interactions GROUP BY ALL FORMAT PrettyCompact'`,
    `  Model        ${model}  (simulated)`,
    "",
    `Release ${older} of the shop runs first; after ${minutes(rollout)} release ${newer} replaces it. Ctrl-C stops everything.`,
    "",
  ];
}
