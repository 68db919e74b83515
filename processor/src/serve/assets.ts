import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

/** A file that pages refer to. */
interface Asset {
  readonly contentType: string;
  readonly body: Uint8Array<ArrayBuffer>;
  /** Address with a hash of the content, so that a browser may keep it for ever. */
  readonly href: string;
}

const contentTypes = {
  "style.css": "text/css; charset=utf-8",
  "live.js": "text/javascript; charset=utf-8",
  "icon.svg": "image/svg+xml",
} as const;

type AssetName = keyof typeof contentTypes;
export type Assets = Readonly<Record<AssetName, Asset>>;

/** The files beside the code, read once. Only these names are ever served. */
export function loadAssets(): Assets {
  const directory = new URL("../../assets/", import.meta.url);
  const load = (name: AssetName): Asset => {
    const body = new Uint8Array(readFileSync(new URL(name, directory)));
    const hash = createHash("sha256").update(body).digest("hex").slice(0, 12);
    return { body, contentType: contentTypes[name], href: `/assets/${name}?v=${hash}` };
  };
  return {
    "style.css": load("style.css"),
    "live.js": load("live.js"),
    "icon.svg": load("icon.svg"),
  };
}
