export const features = ["product_search", "order_status", "returns"] as const;

export type Feature = (typeof features)[number];

export interface Prompt {
  readonly name: string;
  readonly version: string;
  readonly text: string;
}

/** The releases of the demo, the older one first. */
export const releases = ["1.4.0", "1.5.0"] as const;

const tied =
  "Answer only from the documents below. If they do not say it, say that they do not say it.";

const productSearch: Prompt = {
  name: "product-search",
  version: "v3",
  text: `You help customers of an outdoor shop to find a product. ${tied}`,
};

const orderStatus: Prompt = {
  name: "order-status",
  version: "v5",
  text: "You tell customers of an outdoor shop what has become of their order. Look it up first.",
};

const returnsTied: Prompt = {
  name: "returns",
  version: "v7",
  text: `You answer questions on returns, refunds and warranty of an outdoor shop. ${tied}`,
};

/** The change that makes release 1.5.0 worse: "friendlier", and no longer tied to the documents. */
const returnsUntied: Prompt = {
  name: "returns",
  version: "v8",
  text: "You answer questions on returns, refunds and warranty of an outdoor shop. Be warm and brief, reassure the customer and keep them excited about the shop.",
};

export function promptOf(feature: Feature, release: string): Prompt {
  if (feature === "product_search") return productSearch;
  if (feature === "order_status") return orderStatus;
  return release === releases[1] ? returnsUntied : returnsTied;
}
