import { checkBinding } from "../kernel/binding.js";
import { createApp } from "./app.js";
import { loadAssets } from "./assets.js";
import { listen } from "./listen.js";
import type { ServeOptions } from "./serve-parts.js";

export interface WebServer {
  /** Where it listens: `http://127.0.0.1:8080`. */
  readonly address: string;
  /** Takes no more requests and lets those under way end. */
  stop(): Promise<void>;
}

/**
 * The API, the pages, health and metrics on one port.
 * @throws CalibrantError BIND_REFUSED, PORT_IN_USE or CONFIG_INVALID
 */
export async function startServer(options: ServeOptions): Promise<WebServer> {
  const { endpoint, tls, insecure_allow_remote: insecureAllowRemote } = options.config;
  checkBinding({
    endpoint,
    setting: "extensions.web",
    keys: options.admission.required,
    tls: tls !== undefined,
    insecureAllowRemote,
  });
  const page = { assets: loadAssets(), version: options.version };
  const app = createApp({ ...options, page, startedAt: options.clock.now() });
  const listening = await listen(app, options.config);
  const { host, port } = listening;
  return {
    address: `${tls === undefined ? "http" : "https"}://${host.includes(":") ? `[${host}]` : host}:${port}`,
    stop: () => listening.stop(),
  };
}
