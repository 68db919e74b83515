import { createApp } from "./app.js";
import { loadAssets } from "./assets.js";
import { checkBinding } from "./binding.js";
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
 * @throws CalibrantError BIND_REFUSED or PORT_IN_USE
 */
export async function startServer(options: ServeOptions): Promise<WebServer> {
  checkBinding(options.config);
  const page = { assets: loadAssets(), version: options.version };
  const app = createApp({ ...options, page, startedAt: options.clock.now() });
  const listening = await listen(app, options.config);
  const { host, port } = listening;
  return {
    address: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    stop: () => listening.stop(),
  };
}
